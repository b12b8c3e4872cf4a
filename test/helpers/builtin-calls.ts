import type { BuiltinContext } from '../../src/builtins/builtin.js';
import { hostedBuiltins } from '../../src/builtins/index.js';
import { formatTerm } from '../../src/value/format-term.js';
import { parseTerm } from '../../src/value/parse-term.js';
import { RegoObject } from '../../src/value/value.js';
import type { RegoValue } from '../../src/value/value.js';
import { testCompiler } from './compile.js';

/** One call of a built-in. */
export interface BuiltinCall {
  readonly name: string;
  readonly args: readonly RegoValue[];
}

/** The clock of all calls: 2025-11-22T12:32:25.123456789Z. */
export const NOW_NS = 1_763_814_745_123_456_789n;

/** What an evaluation without a bound gives to its built-ins. */
export function builtinContext(given: Partial<BuiltinContext> = {}): BuiltinContext {
  return { nowNs: 0n, memo: new Map(), print: () => undefined, step: () => undefined, reserve: () => undefined, ...given };
}

/** The answer of the hosted built-in. Throws what it throws. */
export function call(name: string, ...args: readonly RegoValue[]): RegoValue | undefined {
  const builtin = hostedBuiltins.get(name);
  if (builtin === undefined) throw new Error(`Expected a hosted built-in, got ${name}`);
  return builtin(builtinContext({ nowNs: NOW_NS }), ...args);
}

/** The answer of the hosted built-in as Rego text, `undefined` also where it refuses its arguments. */
export function ourAnswer({ name, args }: BuiltinCall): string | undefined {
  try {
    const value = call(name, ...args);
    return value === undefined ? undefined : formatTerm(value);
  } catch (error) {
    if (error instanceof Error && error.name === 'BuiltinError') return undefined;
    throw error;
  }
}

/** The answers of OPA's own interpreter as Rego text. */
export async function topdownAnswers(calls: readonly BuiltinCall[]): Promise<readonly (string | undefined)[]> {
  const evaluations = calls.map(({ name, args }) => ({
    query: `x := ${name}(${args.map((_, index) => `input[${index}]`).join(', ')})`,
    inputTerm: formatTerm(args),
  }));
  const { results } = await testCompiler().evaluate({ modules: [], timeNs: String(NOW_NS), evaluations });
  return results.map(({ defined, term, error }, index) => {
    if (error !== undefined) throw new Error(`${calls[index]?.name ?? ''}: ${error.message}`);
    return defined && term !== undefined ? formatTerm(bindingOf(parseTerm(term))) : undefined;
  });
}

function bindingOf(solutions: RegoValue): RegoValue {
  const [first] = solutions as readonly RegoValue[];
  return first instanceof RegoObject ? (first.get('x') ?? null) : null;
}
