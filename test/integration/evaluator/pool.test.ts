import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEvaluator } from '../../../src/evaluator/create-evaluator.js';
import type { Evaluation, Evaluator, EvaluatorOptions, PreparedRevision } from '../../../src/evaluator/evaluator.js';
import type { CompiledPolicy } from '../../../src/policy/revision.js';
import { compileRego } from '../../helpers/compile.js';
import { silence, WAIT_BUILTINS, WAIT_HOSTED, WAIT_RULE } from '../../helpers/endless-wait.js';
import { waitFor } from '../../helpers/wait-for.js';

const POLICY = `package pool

answer := data.answer

echo := input

runaway := count([1 |
	some a in numbers.range(1, 5000)
	some b in numbers.range(1, 5000)
	some c in numbers.range(1, 5000)
	((a * b) * c) == input.never
])

# Two nodes a layer, each linked to both of the next: 2^layers paths.
heap := graph.reachable_paths(edges, {"0-0"}) if {
	edges := {node: next |
		some layer in numbers.range(0, input.layers)
		some side in [0, 1]
		node := sprintf("%d-%d", [layer, side])
		next := [sprintf("%d-%d", [layer + 1, other]) | some other in [0, 1]]
	}
}

conflict := 1 if input.x

conflict := 2 if input.x

said if print("said", input)

${WAIT_RULE}`;

let policy: CompiledPolicy;
let evaluator: Evaluator;

beforeAll(async () => {
  policy = await compileRego({ 'pool.rego': POLICY }, WAIT_HOSTED);
});

afterEach(() => evaluator.close());

async function serve(answer: string, options: EvaluatorOptions = {}): Promise<PreparedRevision> {
  // Waiting is bounded like running; a busy machine must not fail what is not about that.
  evaluator = createEvaluator({ workers: 1, timeoutMs: 20_000, allowBuiltins: WAIT_BUILTINS, ...options });
  return prepare(answer);
}

function prepare(answer: string, compiled = policy): Promise<PreparedRevision> {
  return evaluator.prepare({ id: answer, policy: compiled, data: Buffer.from(JSON.stringify({ answer })) });
}

function answer(revision: PreparedRevision): Promise<Evaluation> {
  return revision.evaluate({ entrypoint: 'pool/answer' });
}

function runaway(revision: PreparedRevision, timeoutMs = 300): Promise<unknown> {
  return failure(revision.evaluate({ entrypoint: 'pool/runaway', input: Buffer.from('{"never":-1}'), timeoutMs }));
}

/** The code that a promise rejects with. */
async function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    (value) => `answered ${JSON.stringify(value)}`,
    (error: unknown) => (error as { code: string }).code,
  );
}

describe('the worker pool', () => {
  it('answers many requests at once, each with its own result', async () => {
    const revision = await serve('a');
    const inputs = Array.from({ length: 2000 }, (_, index) => JSON.stringify({ index, pad: 'x'.repeat(index % 97) }));
    const answers = await Promise.all(inputs.map((input) => revision.evaluate({ entrypoint: 'pool/echo', input: Buffer.from(input) })));
    expect(answers.map(({ result }) => result)).toEqual(inputs);
    expect(evaluator.stats()).toMatchObject({ queued: 0, running: 0, workersReplaced: 0 });
  });

  it('refuses an entrypoint that the revision does not have', async () => {
    const revision = await serve('a');
    expect(await failure(revision.evaluate({ entrypoint: 'pool/nothing' }))).toBe('evaluation_unknown_entrypoint');
    expect(await failure(revision.evaluate({ entrypoint: 'toString' }))).toBe('evaluation_unknown_entrypoint');
  });

  it('passes coded errors, strictness, timers and print lines between the threads', async () => {
    const lines: string[] = [];
    const revision = await serve('a', { onPrint: (line) => lines.push(line) });
    const conflict = revision.evaluate({ entrypoint: 'pool/conflict', input: Buffer.from('{"x":1}') });
    await expect(conflict).rejects.toMatchObject({ code: 'evaluation_conflict', details: { file: 'pool.rego' } });
    const timed = await revision.evaluate({ entrypoint: 'pool/answer', metrics: true });
    expect(timed).toMatchObject({ result: '"a"', timers: { timer_rego_query_eval_ns: expect.any(Number) as number } });
    await revision.evaluate({ entrypoint: 'pool/said', input: Buffer.from('1') });
    expect(lines).toEqual([expect.stringMatching(/said 1$/)]);
  });

  it('serves the first revision as soon as one thread has it when it is eager, and the next ones when all have them', async () => {
    evaluator = createEvaluator({ workers: 2, timeoutMs: 20_000, allowBuiltins: WAIT_BUILTINS, eager: true });
    evaluator.warm();
    // What it is told to expect need not come, nor exist.
    evaluator.expect(['json.patch', 'no.such']);
    const first = await prepare('first');
    expect((await answer(first)).result).toBe('"first"');
    await evaluator.whenFull;
    expect(evaluator.stats()).toMatchObject({ workers: 3, workersReplaced: 0 });
    expect((await answer(await prepare('second'))).result).toBe('"second"');
    expect((await answer(first)).result).toBe('"first"');
  });

  it('cuts a runaway rule at its deadline while others go on being answered, and keeps the thread', async () => {
    const revision = await serve('a');
    const outcomes: unknown[] = [];
    const cut = runaway(revision).then((code) => outcomes.push(code));
    while (!outcomes.includes('evaluation_timeout')) outcomes.push((await answer(revision)).result);
    await cut;
    // The first answer came while the runaway had its thread.
    expect(outcomes[0]).toBe('"a"');
    expect(outcomes.filter((outcome) => outcome !== '"a"')).toEqual(['evaluation_timeout']);
    expect(evaluator.stats().workersReplaced).toBe(0);
  });

  it('answers what waited in the same thread as a runaway', async () => {
    const revision = await serve('a');
    const waiting = [answer(revision), runaway(revision), answer(revision), answer(revision)];
    expect(await Promise.all(waiting)).toEqual([{ result: '"a"' }, 'evaluation_timeout', { result: '"a"' }, { result: '"a"' }]);
  });

  it('survives more runaways than it has threads', async () => {
    const revision = await serve('a', { timeoutMs: 300 });
    const cut = await Promise.all(Array.from({ length: 6 }, () => runaway(revision, 100)));
    // Some were cut, the others waited for a thread as long as they may run.
    expect(cut.filter((code) => code !== 'evaluation_timeout' && code !== 'evaluation_overloaded')).toEqual([]);
    await waitFor('an answer', async () => (await failure(answer(revision))) === 'answered {"result":"\\"a\\""}');
  });

  it('refuses what its queue cannot hold, at once', async () => {
    const revision = await serve('a', { maxQueue: 3 });
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => failure(answer(revision))));
    expect(outcomes.filter((outcome) => outcome === 'evaluation_overloaded')).toHaveLength(6);
    expect((await answer(revision)).result).toBe('"a"');
  });

  it('serves two revisions beside each other, and frees one when its last request is answered', async () => {
    const first = await serve('old');
    const second = await prepare('new');
    const running = Array.from({ length: 50 }, () => answer(first));
    first.release();
    first.release();
    expect(await failure(answer(first))).toBe('evaluation_no_revision');
    expect((await Promise.all(running)).every(({ result }) => result === '"old"')).toBe(true);
    const before = evaluator.stats().memoryBytes;
    await waitFor('less memory', async () => (await answer(second)).result === '"new"' && evaluator.stats().memoryBytes <= before);
    second.release();
    await waitFor('no memory', () => evaluator.stats().memoryBytes === 0);
  });

  it('gives a replaced thread every revision', async () => {
    const first = await serve('old');
    const second = await prepare('new');
    // As many as it has threads: whatever answers afterwards was started later.
    const input = await silence();
    for (let round = 0; round < 3; round++) {
      // A thread is free when the next one begins: waiting for one is bounded like running.
      await answer(first);
      expect(await failure(first.evaluate({ entrypoint: 'pool/wait', input, timeoutMs: 1_000 }))).toBe('evaluation_timeout');
    }
    expect(evaluator.stats().workersReplaced).toBe(3);
    expect([(await answer(first)).result, (await answer(second)).result]).toEqual(['"old"', '"new"']);
  });

  it('replaces a thread whose JavaScript heap ran over, and blames the request that did it', async () => {
    const revision = await serve('a', { timeoutMs: 100_000, maxMemoryMb: 64 });
    const hungry = revision.evaluate({ entrypoint: 'pool/heap', input: Buffer.from('{"layers":30}') });
    const others = Promise.all([answer(revision), answer(revision)]);
    expect(await failure(hungry)).toBe('evaluation_out_of_memory');
    expect(await others).toEqual([{ result: '"a"' }, { result: '"a"' }]);
    expect((await answer(revision)).result).toBe('"a"');
    expect(evaluator.stats().workersReplaced).toBe(1);
  }, 120_000);

  it('prepares a revision while a runaway has a thread', async () => {
    const first = await serve('old');
    const cut = runaway(first);
    const second = await prepare('new');
    expect((await second.evaluate({ entrypoint: 'pool/answer' })).result).toBe('"new"');
    expect(await cut).toBe('evaluation_timeout');
  });

  it('refuses a revision that a thread cannot load, and keeps the others', async () => {
    const first = await serve('old', { maxMemoryMb: 16 });
    const table = JSON.stringify({ answer: Array.from({ length: 300_000 }, (_, index) => index) });
    const refused = evaluator.prepare({ id: 'large', policy, data: Buffer.from(table) });
    expect(await failure(refused)).toBe('evaluation_out_of_memory');
    expect((await answer(first)).result).toBe('"old"');
  });

  it('rejects whatever waits when it is closed, and everything after', async () => {
    const revision = await serve('a');
    const waiting = [failure(answer(revision)), runaway(revision, 1000), failure(prepare('c'))];
    const closing = [evaluator.close(), evaluator.close()];
    expect(await Promise.all(waiting)).toEqual(['evaluator_closed', 'evaluator_closed', 'evaluator_closed']);
    await Promise.all(closing);
    expect(await failure(answer(revision))).toBe('evaluator_closed');
    expect(await failure(prepare('b'))).toBe('evaluator_closed');
  });
});
