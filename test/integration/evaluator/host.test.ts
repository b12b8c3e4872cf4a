import { beforeAll, describe, expect, it } from 'vitest';
import { EvaluationContext } from '../../../src/evaluator/host/evaluation-context.js';
import type { DataSource } from '../../../src/evaluator/host/data-image.js';
import { LoadedRevision } from '../../../src/evaluator/host/loaded-revision.js';
import { linker } from '../../../src/evaluator/linker.js';
import type { CompiledPolicy } from '../../../src/policy/revision.js';
import { compileRego } from '../../helpers/compile.js';

const POLICY = `package host

seen := input

absent if not input

big := 9007199254740993 + 0

written := [1.0, 1e3, 100000000000000000000, -0.5]

sets := {3, 1, "b", {"z": 1, "a": set()}}

keys := {"b": 1, "a": {true}, "<&>": "\\u2028"}

conflict := 1 if input.conflict

conflict := 2 if input.conflict

duplicate := {"x": v | some v in [1, 2]} if input.duplicate

refused := sprintf("%d", input.format)

refused_default := x if x := to_number(sprintf("%s", input.format))

memory := count([x | some a in numbers.range(1, 2000); some b in numbers.range(1, 2000); x := {a, b}])

now := [time.now_ns(), time.now_ns(), time.now_ns()]

said if {
	print("hello", input.name, input.none, {1, 2})
}

from_data := data.table[input.key]
`;

let policy: CompiledPolicy;
let link: Awaited<ReturnType<typeof linker>>;
const printed: string[] = [];

function load(data: DataSource = { json: Buffer.from('{}') }, maxMemoryMb = 64): LoadedRevision {
  const context = new EvaluationContext((line) => printed.push(line));
  return new LoadedRevision(
    {
      module: policy.wasm,
      library: policy.library.module,
      wasmBytes: policy.code.byteLength,
      data,
      maxMemoryBytes: maxMemoryMb * 2 ** 20,
      link,
    },
    context,
  );
}

function ask(revision: LoadedRevision, rule: string, input?: string, strict = false): string | undefined {
  const entrypoint = revision.entrypoints[`host/${rule}`];
  if (entrypoint === undefined) throw new Error(`Expected the entrypoint ${rule}`);
  return revision.evaluate({ entrypoint, input: input === undefined ? undefined : Buffer.from(input), strict });
}

function failure(run: () => unknown): { code: string; message: string; details: Record<string, unknown> } {
  try {
    run();
  } catch (error) {
    return error as ReturnType<typeof failure>;
  }
  throw new Error('Expected a throw');
}

beforeAll(async () => {
  policy = await compileRego({ 'host.rego': POLICY });
  link = await linker([], policy.builtins);
});

describe('the wasm host', () => {
  it.each([
    ['null', 'null'],
    ['false', 'false'],
    ['0', '0'],
    ['""', '""'],
    ['[]', '[]'],
    ['{}', '{}'],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['[1.0,1e400,123456789012345678901234567890]', '[1.0,1e400,123456789012345678901234567890]'],
    ['"\\u0000\\ud83d\\ude00<"', '"\\u0000😀\\u003c"'],
  ])('shows the input %s to the policy as it is', (input, seen) => {
    expect(ask(load(), 'seen', input)).toBe(seen);
  });

  it('tells no input from a falsy one', () => {
    const revision = load();
    expect(ask(revision, 'seen')).toBeUndefined();
    expect(ask(revision, 'absent')).toBe('true');
    expect(ask(revision, 'absent', 'null')).toBeUndefined();
  });

  it.each([
    ['big', '9007199254740993'],
    ['written', '[1.0,1e3,100000000000000000000,-0.5]'],
    ['sets', '[1,3,"b",{"a":[],"z":1}]'],
    ['keys', '{"\\u003c\\u0026\\u003e":"\\u2028","a":[true],"b":1}'],
  ])('prints %s as OPA does', (rule, json) => {
    expect(ask(load(), rule)).toBe(json);
  });

  it('names the place of a conflict', () => {
    const error = failure(() => ask(load(), 'conflict', '{"conflict":true}'));
    expect(error).toMatchObject({ code: 'evaluation_conflict', details: { file: 'host.rego' } });
    expect(error.message).toMatch(/^host\.rego:\d+:\d+: eval_conflict_error: /);
    expect(failure(() => ask(load(), 'duplicate', '{"duplicate":true}')).message).toMatch(/object keys must be unique/);
  });

  it('answers the same after 20,000 throwing evaluations', () => {
    const revision = load({ json: Buffer.from('{"table":{"k":["v"]}}') });
    const before = ask(revision, 'from_data', '{"key":"k"}');
    expect(before).toBe('["v"]');
    for (let round = 0; round < 20_000; round++) {
      const { code } = failure(() => ask(revision, 'conflict', '{"conflict":true}'));
      if (code !== 'evaluation_conflict') throw new Error(`Expected a conflict in round ${round}, got ${code}`);
    }
    expect(ask(revision, 'from_data', '{"key":"k"}')).toBe(before);
    expect(revision.dropped).toBe(20_000);
  }, 120_000);

  it('makes a refused argument undefined, and ends a strict evaluation without losing the instance', () => {
    const revision = load();
    expect(ask(revision, 'refused', '{"format":"no array"}')).toBeUndefined();
    const error = failure(() => ask(revision, 'refused', '{"format":"no array"}', true));
    expect(error.code).toBe('evaluation_builtin_failed');
    expect(error.message).toMatch(/^eval_type_error: sprintf: operand 2 must be array but got string$/);
    expect(ask(revision, 'refused', '{"format":[7]}', true)).toBe('"7"');
    expect(revision.dropped).toBe(0);
  });

  it('keeps time still within an evaluation', () => {
    const times = JSON.parse(ask(load(), 'now') ?? '') as number[];
    expect(new Set(times).size).toBe(1);
  });

  it('ends an evaluation that outgrows its memory, and answers the next', () => {
    const revision = load();
    expect(failure(() => ask(revision, 'memory')).code).toBe('evaluation_out_of_memory');
    expect(ask(revision, 'seen', '1')).toBe('1');
    const tooLarge = JSON.stringify('x'.repeat(70 * 2 ** 20));
    expect(failure(() => ask(revision, 'seen', tooLarge)).code).toBe('evaluation_out_of_memory');
    expect(ask(revision, 'seen', '2')).toBe('2');
  });

  it('does not keep what one large evaluation grew to', () => {
    const revision = load({ json: Buffer.from('{}') }, 1024);
    const before = revision.memoryBytes;
    ask(revision, 'seen', JSON.stringify(Array.from({ length: 400_000 }, (_, index) => `item ${index}`)));
    ask(revision, 'seen', '1');
    expect(revision.memoryBytes).toBe(before);
    expect(revision.dropped).toBe(1);
  });

  it('refuses data that does not fit, and data that is no JSON', () => {
    const table = JSON.stringify({ table: Array.from({ length: 200_000 }, (_, index) => `value ${index}`) });
    expect(failure(() => load({ json: Buffer.from(table) }, 32)).code).toBe('evaluation_out_of_memory');
    expect(failure(() => load({ json: Buffer.from('{"table":') })).code).toBe('evaluation_failed');
  });

  it('takes the data of another instance as it lies in memory', () => {
    const first = load({ json: Buffer.from('{"table":{"k":{"set":[1,2,3]}}}') });
    const second = load({ image: first.image });
    expect(ask(second, 'from_data', '{"key":"k"}')).toBe('{"set":[1,2,3]}');
    failure(() => ask(second, 'conflict', '{"conflict":true}'));
    expect(ask(second, 'from_data', '{"key":"k"}')).toBe('{"set":[1,2,3]}');
  });

  it('prints each combination of operands, with undefined ones marked', () => {
    printed.length = 0;
    expect(ask(load(), 'said', '{"name":"bob"}')).toBe('true');
    expect(printed).toEqual([expect.stringMatching(/hello bob <undefined> \{1, 2\}$/)]);
  });

  it('takes the time of each stage when asked, with the same answer', () => {
    const revision = load();
    const entrypoint = revision.entrypoints['host/sets'] ?? -1;
    const { result, timers } = revision.evaluateTimed({ entrypoint, input: Buffer.from('{}'), strict: false });
    expect(result).toBe(ask(revision, 'sets', '{}'));
    expect(Object.keys(timers)).toEqual(['timer_rego_input_parse_ns', 'timer_rego_query_eval_ns', 'timer_rego_result_format_ns']);
    expect(Object.values(timers).every((time) => time > 0)).toBe(true);
    expect(
      failure(() =>
        revision.evaluateTimed({
          entrypoint: revision.entrypoints['host/conflict'] ?? -1,
          input: Buffer.from('{"conflict":1}'),
          strict: false,
        }),
      ).code,
    ).toBe('evaluation_conflict');
  });

  it('shares the parsed data without the text that it was parsed from', () => {
    const table = { s: 'plain '.repeat(20), e: 'esc\n"é\ud83d\ude00', f: 1.25, 'key "\u2028': [1, null, true, { a: {} }] };
    const padding = 'p'.repeat(100_000);
    const json = Buffer.from(JSON.stringify({ table, padding }).replace('1.25', '12345678901234567890.25'));
    const parsed = load({ json });
    expect(parsed.image.bytes.byteLength).toBeLessThan(1.5 * json.byteLength);
    const copied = load({ image: parsed.image });
    for (const key of Object.keys(table)) {
      const input = JSON.stringify({ key });
      expect(ask(copied, 'from_data', input)).toBe(ask(parsed, 'from_data', input));
    }
    expect(ask(copied, 'from_data', '{"key":"f"}')).toBe('12345678901234567890.25');
  });
});
