import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createRegoCompiler } from '../../src/compiler/rego-compiler.js';
import { compileModule } from '../../src/evaluator/compile-module.js';
import { EvaluationContext } from '../../src/evaluator/host/evaluation-context.js';
import { LoadedRevision } from '../../src/evaluator/host/loaded-revision.js';
import { policyCode } from '../../src/evaluator/policy-code.js';
import { linker } from '../../src/evaluator/linker.js';
import { compileWith } from '../helpers/compile-with.js';
import { ROOT } from './daemon.js';
import { smallModules } from './policy-sets.js';
import type { PolicySet } from './policy-sets.js';
import type { Rows } from './reload.js';

const INPUT = Buffer.from('{}');
const ROUNDS = 5;

async function shipped(): Promise<PolicySet> {
  const folder = path.join(ROOT, 'policies/rego');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.rego') && !name.endsWith('_test.rego'));
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')] as const)));
}

/** What a swap costs a process that decides: the code, an instance, and the first decision of each entrypoint. Best of five, without HTTP. */
export async function benchFirstDecision(): Promise<Rows> {
  const compiler = createRegoCompiler();
  try {
    return {
      'shipped policies': await measure(compiler, await shipped()),
      '1,000 small modules': await measure(compiler, smallModules(1000)),
    };
  } finally {
    await compiler.close();
  }
}

async function measure(compiler: ReturnType<typeof createRegoCompiler>, files: PolicySet): Promise<Record<string, number>> {
  const policy = await compileWith(compiler, files);
  const link = await linker([], policy.builtins);
  const { parts, linking } = policyCode(policy.code);
  const largest = Math.max(...parts.slice(1).map((part) => part.byteLength));
  const best = {
    'code ms': Infinity,
    'one part ms': Infinity,
    'instance ms': Infinity,
    'worst first ms': Infinity,
    'all at once ms': Infinity,
    'worst again ms': Infinity,
  };
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    // V8 knows code by its bytes: a custom section of its own makes it another one.
    const again = (part: Uint8Array, mark: number): Promise<WebAssembly.Module> =>
      compileModule(Buffer.concat([part, Uint8Array.from([0, 2, 1, mark + round])]));
    const [main, ...others] = parts;
    const modules = await Promise.all([again(main, 65), ...others.map((part) => again(part, 65))] as const);
    const compiled = performance.now();
    await again(parts.find((part) => part.byteLength === largest) ?? main, 97);
    const edited = performance.now();
    const source = {
      ...{
        module: { modules, ...(linking === undefined ? {} : { linking }) },
        library: policy.library.module,
        wasmBytes: policy.code.byteLength,
        link,
      },
      ...{ data: { json: Buffer.from('{}') }, maxMemoryBytes: 2 ** 30 },
    };
    const revision = new LoadedRevision(source, new EvaluationContext(() => undefined));
    const made = performance.now();
    const times = [worst(revision, isOne), worst(revision, isAll), worst(revision, isOne)];
    const row = [compiled - start, edited - compiled, made - edited, ...times];
    for (const [index, name] of (Object.keys(best) as (keyof typeof best)[]).entries())
      best[name] = Math.min(best[name], row[index] ?? NaN);
  }
  return Object.fromEntries([
    ['entrypoints', policy.entrypoints.length],
    ...Object.entries(best).map(([name, ms]) => [name, Math.round(ms * 100) / 100] as const),
  ]);
}

/** A name of one part stands for all packages below it: such a decision takes long whenever it is made. */
const isAll = (name: string): boolean => !name.includes('/');
const isOne = (name: string): boolean => !isAll(name);

/** The longest of one decision of each entrypoint that is chosen. */
function worst(revision: LoadedRevision, chosen: (name: string) => boolean): number {
  let longest = 0;
  for (const [name, entrypoint] of Object.entries(revision.entrypoints)) {
    if (!chosen(name)) continue;
    const start = performance.now();
    revision.evaluate({ entrypoint, input: INPUT, strict: false });
    longest = Math.max(longest, performance.now() - start);
  }
  return longest;
}
