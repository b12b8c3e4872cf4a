import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliEnv, startDaemon } from '../../helpers/daemon.js';
import type { Daemon } from '../../helpers/daemon.js';
import { callGateway } from '../../helpers/gateway.js';
import { markerModule } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

/** Twelve for each byte of JSON text is the bound, of 118 MB; of these the processes themselves take three. */
const BYTES_FOR_BYTE = 9;

/** Resident memory of the process and all below it. */
function memoryOf(pid: number): number {
  const resident = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return Number(resident) * 1024 + (children === '' ? 0 : children.split(' ').reduce((sum, child) => sum + memoryOf(Number(child)), 0));
}

/** A fifth of a folder that is as large as they come, as records of people usually look. */
function part(number: number, mark: string): string {
  const users = Array.from({ length: 20_000 }, (_, n) => [`u${n}`, { name: `user ${n}`, mark, note: 'x'.repeat(300) }] as const);
  return JSON.stringify({ [`z${number}`]: { users: Object.fromEntries(users) } });
}

describe.skipIf(process.platform !== 'linux')('the memory of all processes', () => {
  it(`grows by at most ${BYTES_FOR_BYTE} bytes for one of data, and one revision does not outlive the next`, async () => {
    const dir = await tempDir({ 'policy.rego': markerModule('one'), 'data.json': '{}' });
    const daemon: Daemon = await startDaemon(
      ['--policy-dir', dir, '--port', '0', '--no-watch'],
      cliEnv(await tempDir(), { DEFENSECLAW_HTTP_PROCESSES: '2' }),
    );
    const memory = (): number => memoryOf(daemon.child.pid ?? 0);
    const marker = async (): Promise<string> => (await callGateway(daemon.url, 'POST', '/v1/data/marker/value', { input: {} })).text;
    expect(await marker()).toBe('{"result":"one"}\n');
    const before = memory();

    for (const mark of ['a', 'b']) {
      const parts = [0, 1, 2].map((number) => part(number, mark));
      const bytes = parts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      for (const [number, text] of parts.entries()) await writeFile(path.join(dir, `data-z${number}.json`), text);
      expect((await callGateway(daemon.url, 'POST', '/policy/reload')).status).toBe(200);
      expect(await marker()).toBe('{"result":"one"}\n');
      await waitFor('what is not needed any more to be freed', () => memory() - before <= BYTES_FOR_BYTE * bytes, 20_000);
    }
  }, 120_000);
});
