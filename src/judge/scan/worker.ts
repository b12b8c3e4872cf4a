import { parentPort } from 'node:worker_threads';
import { readCall } from '../facts/read-call.js';
import { compileRules } from './compiled-rules.js';
import type { PatternGroup } from './compiled-rules.js';
import type { ScanResult } from './finding.js';
import type { ScanCommand, ScanReply } from './protocol.js';
import { scanText } from './scan-text.js';

if (parentPort === null) throw new Error('Expected to run as a worker thread');
const port = parentPort;
const compiled = new Map<string, readonly PatternGroup[]>();

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

function scan({ key, rules, drop, text, call }: ScanCommand): ScanResult {
  for (const old of drop) compiled.delete(old);
  if (rules !== undefined) compiled.set(key, compileRules(rules));
  const groups = compiled.get(key);
  if (groups === undefined) throw new Error('Expected the rules to have been sent');
  const result = scanText(groups, text, call !== undefined);
  return call === undefined ? result : { ...result, facts: readCall(call) };
}
