import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createEvaluator } from '../../../src/evaluator/create-evaluator.js';
import type { Evaluator } from '../../../src/evaluator/evaluator.js';
import type { CompiledPolicy } from '../../../src/policy/revision.js';
import { roomFor } from '../../../src/policy/shared-bytes.js';
import { compileRego } from '../../helpers/compile.js';
import { silence, WAIT_BUILTINS, WAIT_HOSTED, WAIT_RULE } from '../../helpers/endless-wait.js';
import { waitFor } from '../../helpers/wait-for.js';

const POLICY = `package large

name := data.users[input.user].name

slow := count([1 |
	all := numbers.range(1, input.to)
	some a in all
	some b in all
	b == input.never
])

${WAIT_RULE}`;

/** Some megabytes, shared between threads as they are when they come from a folder. */
function users(count: number, pad: number): Uint8Array {
  const all = Array.from({ length: count }, (_, n) => [`u${n}`, { name: `name ${n}`, pad: 'x'.repeat(pad) }] as const);
  const text = Buffer.from(JSON.stringify({ users: Object.fromEntries(all) }));
  const data = roomFor(text.byteLength);
  data.set(text);
  return data;
}

/** Six bytes of memory for one of text, and little more than one. */
const DENSE = users(100_000, 10);
const LONG = users(6_000, 1_000);

interface Started {
  readonly evaluator: Evaluator;
  readonly ask: (rule: string, input: object) => Promise<string>;
}

describe('large data in the worker pool', { timeout: 120_000 }, () => {
  let policy: CompiledPolicy;
  beforeAll(async () => {
    policy = await compileRego({ 'large.rego': POLICY }, WAIT_HOSTED);
  });

  async function start(data: Uint8Array, workers: number): Promise<Started> {
    const evaluator = createEvaluator({ workers, timeoutMs: 60_000, allowBuiltins: WAIT_BUILTINS });
    onTestFinished(() => evaluator.close());
    const revision = await evaluator.prepare({ id: 'large', policy, data });
    const ask = async (rule: string, input: object): Promise<string> =>
      String((await revision.evaluate({ entrypoint: `large/${rule}`, input: Buffer.from(JSON.stringify(input)) })).result);
    return { evaluator, ask };
  }

  /** Bytes of all instances, those of one worker given as one. */
  async function copies(data: Uint8Array, workers: number): Promise<number> {
    const one = (await start(data, 1)).evaluator.stats().memoryBytes;
    const { evaluator, ask } = await start(data, workers);
    expect(await ask('name', { user: 'u77' })).toBe('"name 77"');
    return evaluator.stats().memoryBytes / one;
  }

  it('is loaded once where each copy takes several times its text', async () => {
    expect(await copies(DENSE, 3)).toBe(1);
  });

  it('is loaded by every worker, and no spare, where a copy takes little more than its text', async () => {
    expect(await copies(LONG, 2)).toBe(2);
  });

  it('is loaded once more while the only worker that has it is stuck', async () => {
    const { evaluator, ask } = await start(DENSE, 1);
    const one = evaluator.stats().memoryBytes;
    // The slow one grows its own by less than another copy takes.
    const loaded = (): number => Math.floor(evaluator.stats().memoryBytes / one);
    let ended = false;
    const slow = ask('slow', { to: 3000, never: -1 }).finally(() => (ended = true));
    // Not to be sent together with it: what a thread has begun to read it may run.
    await waitFor('the slow one to run', () => evaluator.stats().running === 1);
    expect(await ask('name', { user: 'u5' })).toBe('"name 5"');
    expect(ended).toBe(false);
    expect(loaded()).toBe(2);
    expect(await slow).toBe('0');
    await waitFor('the second copy to be freed', () => loaded() === 1);
    expect(await ask('name', { user: 'u6' })).toBe('"name 6"');
  });

  it('is loaded anew when the worker that has it dies', async () => {
    const evaluator = createEvaluator({ workers: 1, timeoutMs: 500, allowBuiltins: WAIT_BUILTINS });
    onTestFinished(() => evaluator.close());
    const revision = await evaluator.prepare({ id: 'large', policy, data: DENSE });
    const ask = (rule: string, input: object): Promise<string> =>
      revision.evaluate({ entrypoint: `large/${rule}`, input: Buffer.from(JSON.stringify(input)) }).then(
        ({ result }) => String(result),
        (error: unknown) => (error as { code: string }).code,
      );
    expect(await ask('wait', JSON.parse((await silence()).toString()) as object)).toBe('evaluation_timeout');
    expect(evaluator.stats().workersReplaced).toBe(1);
    expect(await waitFor('an answer', async () => (await ask('name', { user: 'u9' })) === '"name 9"', 30_000)).toBe(true);
  });
});
