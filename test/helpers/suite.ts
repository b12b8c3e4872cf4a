import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { askSuites } from '../../src/judge/suite/ask-suites.js';
import { mergeData } from '../../src/policy/merge-data.js';
import { readSuites } from '../../src/suites/read-suites.js';
import type { Suites } from '../../src/suites/read-suites.js';
import type { SuiteAnswer, SuiteSample } from '../../src/suites/sample.js';
import { compileRego } from './compile.js';
import { ROOT } from './policies.js';
import { sourceSet } from './source-set.js';

/** The suites that are shipped. */
export async function shippedSuites(): Promise<Suites> {
  const files = await readFolder('policies/suites', /\.jsonl$/u);
  return readSuites([...files].map(([name, text]) => ({ path: `suites/${name}`, bytes: Buffer.from(text) })));
}

/** What the shipped policies say to each sample, on this thread. */
export async function answersOf(samples: readonly SuiteSample[]): Promise<readonly SuiteAnswer[]> {
  const files = Object.fromEntries(await readFolder('policies/rego', /(?<!_test)\.rego$|^data.*\.json$/u));
  const source = sourceSet(files);
  const modules = Object.fromEntries(Object.entries(files).filter(([name]) => name.endsWith('.rego')));
  return askSuites({
    revision: {
      ...{ id: source.id, source, policy: await compileRego(modules), data: mergeData(source).data },
      ...{ warnings: [], trigger: 'api', loadedAt: new Date(0) },
    },
    samples,
    timeoutMs: 60_000,
    maxMemoryBytes: 2 ** 29,
    patient: false,
  });
}

async function readFolder(folder: string, wanted: RegExp): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(path.join(ROOT, folder))).filter((name) => wanted.test(name)).sort();
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(path.join(ROOT, folder, name), 'utf8')] as const)));
}
