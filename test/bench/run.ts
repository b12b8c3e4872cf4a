import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { aimsMet } from './aims.js';
import { ROOT } from './daemon.js';
import { benchDecisions } from './decisions.js';
import { benchEvaluation } from './evaluation.js';
import { benchHistory } from './history.js';
import { benchPeakMemory } from './peak-memory.js';
import { benchReload } from './reload.js';
import { benchFirstDecision } from './first-decision.js';
import type { Rows } from './reload.js';
import { benchSets } from './sets.js';
import { benchTestRun } from './test-run.js';

/** `npm run bench [reload|sets|first|peak|evaluation|history|decisions|tests …]`: prints a table a section and what of its aims a reload meets, and writes everything as JSON. */
const SECTIONS: Readonly<Record<string, () => Promise<Rows>>> = {
  reload: benchReload,
  sets: benchSets,
  first: benchFirstDecision,
  peak: benchPeakMemory,
  evaluation: benchEvaluation,
  history: benchHistory,
  decisions: benchDecisions,
  tests: benchTestRun,
};

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SECTIONS);
const results: Record<string, Rows> = {};
for (const name of chosen) {
  const section = SECTIONS[name];
  if (section === undefined) throw new Error(`Expected ${Object.keys(SECTIONS).join(' or ')}, got ${name}`);
  console.log(`\n## ${name}\n`);
  const rows = await section();
  results[name] = rows;
  console.table(rows);
}

const aims = aimsMet(results);
if (Object.keys(aims).length > 0) {
  console.log('\n## What a reload is to cost\n');
  console.table(aims);
}

const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, at: new Date().toISOString() };
const file = path.join(ROOT, 'test/bench/results', `${machine.at.replaceAll(':', '-')}.json`);
await mkdir(path.dirname(file), { recursive: true });
await writeFile(file, `${JSON.stringify({ machine, results, aims }, undefined, 2)}\n`);
console.log(`\nwritten to ${path.relative(ROOT, file)}`);
