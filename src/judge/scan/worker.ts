import { parentPort } from 'node:worker_threads';
import type { ScanResult } from './finding.js';
import type { ScanCommand, ScanReply } from './protocol.js';
import { readyRules, scanContent } from './scan-content.js';
import type { ReadyRules } from './scan-content.js';

if (parentPort === null) throw new Error('Expected to run as a worker thread');
const port = parentPort;
const compiled = new Map<string, ReadyRules>();

port.on('message', (command: ScanCommand) => {
  port.postMessage(answer(command));
});

function answer(command: ScanCommand): ScanReply {
  try {
    return { result: scan(command) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function scan({ key, rules, drop, text, ...origin }: ScanCommand): ScanResult {
  for (const old of drop) compiled.delete(old);
  if (rules !== undefined) compiled.set(key, readyRules(rules));
  const use = compiled.get(key);
  if (use === undefined) throw new Error('Expected the rules to have been sent');
  return scanContent(use, text, origin);
}
