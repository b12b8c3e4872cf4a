import { request } from 'node:http';
import { TEST_TOKEN } from './gateway.js';

/** One request with a connection of its own. Rejects when the connection is lost. */
export function askAlone(url: string, method: 'GET' | 'POST', route: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${TEST_TOKEN}`, 'X-DefenseClaw-Client': 'test', 'Content-Type': 'application/json' };
    const sent = request(`${url}${route}`, { method, agent: false, headers }, (answer) => {
      let text = '';
      answer.on('error', reject);
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(method === 'GET' ? undefined : '{"input":{}}');
  });
}
