import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRegoCompiler } from '../../src/compiler/rego-compiler.js';
import { createEvaluator } from '../../src/evaluator/create-evaluator.js';
import type { PreparedRevision } from '../../src/evaluator/evaluator.js';
import { EvaluationContext } from '../../src/evaluator/host/evaluation-context.js';
import { LoadedRevision } from '../../src/evaluator/host/loaded-revision.js';
import { validateInput } from '../../src/value/json-input.js';
import { linker } from '../../src/evaluator/linker.js';
import type { CompiledPolicy } from '../../src/policy/revision.js';
import { compileWith } from '../helpers/compile-with.js';

/** One thing to measure: a policy, its data, one entrypoint and one input. */
interface Subject {
  readonly name: string;
  readonly policy: CompiledPolicy;
  readonly data: Uint8Array;
  readonly entrypoint: string;
  readonly input: Uint8Array;
}

export interface Row {
  readonly name: string;
  readonly inputBytes: number;
  readonly validateUs: number;
  readonly workerUs: number;
  readonly pooledPerSecond: number;
  readonly pooledP99Ms: number;
  readonly singleP50Ms: number;
}

const RBAC = `package rbac

default allow := false

allow if {
	some role in data.users[input.user].roles
	some grant in data.roles[role]
	grant.action == input.action
	grant.resource == input.resource
}
`;

/** Milliseconds spent on each measurement. */
const SPAN_MS = 700;

function users(count: number): Uint8Array {
  const grants = (action: string): object[] => Array.from({ length: 10 }, (_, index) => ({ action, resource: `r${index}` }));
  const entries = Array.from({ length: count }, (_, index) => [`user${index}`, { roles: ['reader', 'writer'] }]);
  return Buffer.from(
    JSON.stringify({ users: Object.fromEntries(entries) as object, roles: { reader: grants('read'), writer: grants('write') } }),
  );
}

/** An input of about `bytes` bytes: what is asked, and payload that the policy does not look at. */
function padded(asked: object, bytes: number): Uint8Array {
  const item = { id: 'item-1234', labels: ['a', 'bb', 'ccc'], score: 0.25, note: 'text of some length' };
  const count = Math.max(0, Math.floor((bytes - JSON.stringify(asked).length) / JSON.stringify(item).length));
  return Buffer.from(JSON.stringify({ ...asked, context: Array.from({ length: count }, () => item) }));
}

/** Mean microseconds of a call, over {@link SPAN_MS}. */
function meanUs(call: () => void): number {
  for (let warm = 0; warm < 2000; warm++) call();
  const start = performance.now();
  let calls = 0;
  for (; performance.now() - start < SPAN_MS; calls += 20) for (let inner = 0; inner < 20; inner++) call();
  return ((performance.now() - start) * 1000) / calls;
}

async function pooled(
  revision: PreparedRevision,
  { entrypoint, input }: Subject,
  inFlight: number,
): Promise<{ perSecond: number; p50: number; p99: number }> {
  const times: number[] = [];
  const end = performance.now() + SPAN_MS;
  const start = performance.now();
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const asked = performance.now();
      await revision.evaluate({ entrypoint, input });
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  const perSecond = (times.length * 1000) / (performance.now() - start);
  times.sort((a, b) => a - b);
  const quantile = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { perSecond, p50: quantile(0.5), p99: quantile(0.99) };
}

async function measure(subject: Subject): Promise<Row> {
  const { policy, data, entrypoint, input } = subject;
  const link = await linker([], policy.builtins);
  const source = {
    module: policy.wasm,
    library: policy.library.module,
    wasmBytes: policy.code.byteLength,
    data: { json: data },
    maxMemoryBytes: 2 ** 30,
    link,
  };
  const local = new LoadedRevision(source, new EvaluationContext(() => undefined));
  const request = { entrypoint: local.entrypoints[entrypoint] ?? -1, input, strict: false };
  const evaluator = createEvaluator({ workers: 1, maxMemoryMb: 1024 });
  try {
    const revision = await evaluator.prepare({ id: subject.name, policy, data });
    await pooled(revision, subject, 64);
    const many = await pooled(revision, subject, 64);
    const single = await pooled(revision, subject, 1);
    return {
      name: subject.name,
      inputBytes: input.byteLength,
      validateUs: meanUs(() => validateInput(input)),
      workerUs: meanUs(() => local.evaluate(request)),
      pooledPerSecond: many.perSecond,
      pooledP99Ms: many.p99,
      singleP50Ms: single.p50,
    };
  } finally {
    await evaluator.close();
  }
}

/** Measures the evaluator without HTTP. Takes some 20 s. */
export async function benchEvaluator(): Promise<readonly Row[]> {
  const compiler = createRegoCompiler();
  const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../policies/rego');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.rego') && !name.endsWith('_test.rego'));
  const modules = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')] as const)),
  );
  try {
    const rbac = await compileWith(compiler, { 'rbac.rego': RBAC });
    const domains = await compileWith(compiler, modules);
    const asked = { user: 'user1', action: 'write', resource: 'r9' };
    const message = { direction: 'prompt', content: 'text', scanner_mode: 'local', local_result: { severity: 'HIGH', findings: ['a'] } };
    const domainData = await readFile(path.join(folder, 'data.json'));
    const subjects = [
      ...[200, 7000, 76_000].map((bytes) => ({
        name: 'rbac, 10 users',
        policy: rbac,
        data: users(10),
        entrypoint: 'rbac/allow',
        input: padded(asked, bytes),
      })),
      { name: 'rbac, 100,000 users', policy: rbac, data: users(100_000), entrypoint: 'rbac/allow', input: padded(asked, 200) },
      ...[200, 7000, 76_000].map((bytes) => ({
        name: 'guardrail',
        policy: domains,
        data: domainData,
        entrypoint: 'defenseclaw/guardrail',
        input: padded(message, bytes),
      })),
    ];
    const rows: Row[] = [];
    for (const subject of subjects) rows.push(await measure(subject));
    return rows;
  } finally {
    await compiler.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rounded = (await benchEvaluator()).map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? Math.round(value * 1000) / 1000 : (value as string)]),
    ),
  );
  console.table(rounded);
}
