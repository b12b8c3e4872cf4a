import { beforeAll, describe, expect, it } from 'vitest';
import { EvaluationContext } from '../../../src/evaluator/host/evaluation-context.js';
import { LoadedRevision } from '../../../src/evaluator/host/loaded-revision.js';
import { linker } from '../../../src/evaluator/linker.js';
import { numberFromText } from '../../../src/value/number.js';
import { formatTerm } from '../../../src/value/format-term.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import type { RegoValue } from '../../../src/value/value.js';
import { RegoObject } from '../../../src/value/value.js';
import { compileRego } from '../../helpers/compile.js';
import { topdownBatch } from '../../helpers/topdown-batch.js';

const EDGES = [
  ...['0', '1', '2', '3', '-1', '-2', '1.0', '1.5', '-0.5', '0.1', '1e2', '31', '32', '63', '64', '65'],
  ...['2147483647', '2147483648', '-2147483648', '-2147483649', '4294967295', '4294967296', '4294967297'],
  ...['9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809'],
  ...['18446744073709551616', '100000000000000000000000000000', '1e19', '1e30', '1e-7', '123456789.123456789'],
].map(numberFromText);

const SMALL = ['0', '1', '2', '5', '-1', '2.0', '1.5', '63', '64', '100'].map(numberFromText);

/** Ranges that differ by what no instance could hold are left out: both would run until something ends them. */
const CALLS: Readonly<Record<string, readonly (readonly RegoValue[])[]>> = {
  substring: pairs(EDGES, EDGES).map(([from, length]) => ['hello', from, length]),
  'array.slice': pairs(EDGES, EDGES).map(([from, to]) => [[1, 2, 3], from, to]),
  'numbers.range': pairs(SMALL, SMALL),
  'bits.and': pairs(EDGES, EDGES),
  'bits.or': pairs(EDGES, EDGES),
  'bits.xor': pairs(EDGES, EDGES),
  'bits.negate': EDGES.map((value) => [value]),
  'bits.lsh': pairs(EDGES, SMALL),
  'bits.rsh': pairs(EDGES, EDGES),
  'regex.find_all_string_submatch_n': EDGES.map((count) => ['a', 'aaa', count]),
  format_int: EDGES.map((value) => [value, 16]),
};

function pairs(left: readonly RegoValue[], right: readonly RegoValue[]): (readonly [RegoValue, RegoValue])[] {
  return left.flatMap((a) => right.map((b) => [a, b] as const));
}

let revision: LoadedRevision;

beforeAll(async () => {
  const rules = Object.entries(CALLS).map(([name, [first = []]], index) => {
    const args = first.map((_, position) => `args[${position}]`).join(', ');
    return `r${index} := {i: answer | some i, args in input; answer := ${name}(${args})}`;
  });
  const policy = await compileRego({ 'numbers.rego': `package edges\n\n${rules.join('\n\n')}\n` });
  const link = await linker([], policy.builtins);
  const source = {
    module: policy.wasm,
    library: policy.library.module,
    wasmBytes: policy.code.byteLength,
    data: { json: Buffer.from('{}') },
    maxMemoryBytes: 2 ** 29,
    link,
  };
  revision = new LoadedRevision(source, new EvaluationContext(() => undefined));
});

function served(name: string, lists: readonly (readonly RegoValue[])[]): readonly (string | undefined)[] {
  const entrypoint = revision.entrypoints[`edges/r${Object.keys(CALLS).indexOf(name)}`] ?? -1;
  const json = revision.evaluate({ entrypoint, input: Buffer.from(formatTerm(lists)), strict: false });
  const answers = parseTerm(json ?? '{}');
  return lists.map((_, index) => {
    const answer = answers instanceof RegoObject ? answers.get(String(index)) : undefined;
    return answer === undefined ? undefined : formatTerm(answer);
  });
}

describe('built-ins of numbers, as they are served, compared with those of OPA', () => {
  it.each(Object.keys(CALLS))('%s answers alike at the edges', async (name) => {
    const lists = CALLS[name] ?? [];
    const theirs = await topdownBatch(name, lists);
    const ours = served(name, lists);
    const different = lists.flatMap((args, index) =>
      ours[index] === theirs[index] ? [] : [`${formatTerm(args)}: ${ours[index] ?? 'undefined'}, OPA says ${theirs[index] ?? 'undefined'}`],
    );
    expect(different).toEqual([]);
  });
});
