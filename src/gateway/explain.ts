import type { Explain } from '../http/opa/explain.js';
import type { Interpret } from '../http/opa/interpreter.js';
import { quoteJson } from '../value/format-json.js';

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/u;

/** Explanations by OPA's interpreter, on the sources of the revision that serves. */
export function createExplain(interpret: Interpret): Explain {
  return (revision, { path, input, mode, strictBuiltinErrors, exhaustive = false }) =>
    interpret(revision, {
      query: `data${path.map((segment) => (IDENTIFIER.test(segment) ? `.${segment}` : `[${quoteJson(segment)}]`)).join('')}`,
      explain: mode,
      strictBuiltinErrors,
      ...(exhaustive ? { exhaustive } : {}),
      ...(input === undefined ? {} : { input: Buffer.from(input).toString('utf8') }),
    });
}
