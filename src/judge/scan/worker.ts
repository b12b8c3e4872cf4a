import { parentPort } from 'node:worker_threads';
import { readCall } from '../facts/read-call.js';
import { compileSuppressions } from '../pack/suppress.js';
import type { Suppress } from '../pack/suppress.js';
import { compileRules } from './compiled-rules.js';
import type { PatternGroup } from './compiled-rules.js';
import type { ScanResult } from './finding.js';
import type { ScanCommand, ScanReply } from './protocol.js';
import type { ScanRules } from './rules.js';
import { scanText } from './scan-text.js';

if (parentPort === null) throw new Error('Expected to run as a worker thread');
const port = parentPort;
const compiled = new Map<string, { readonly groups: readonly PatternGroup[]; readonly suppress: Suppress }>();

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

function scan({ key, rules, drop, text, call, toolName }: ScanCommand): ScanResult {
  for (const old of drop) compiled.delete(old);
  if (rules !== undefined) compiled.set(key, ready(rules));
  const use = compiled.get(key);
  if (use === undefined) throw new Error('Expected the rules to have been sent');
  const result = use.suppress(scanText(use.groups, text, call !== undefined), toolName);
  return call === undefined ? result : { ...result, facts: readCall(call) };
}

function ready(rules: ScanRules): { readonly groups: readonly PatternGroup[]; readonly suppress: Suppress } {
  return { groups: compileRules(rules), suppress: compileSuppressions(rules.suppressions ?? { findings: [], tools: [] }) };
}
