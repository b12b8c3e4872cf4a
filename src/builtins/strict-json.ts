import { GatewayError } from '../errors.js';
import { parseTerm } from '../value/parse-term.js';
import type { Step } from '../value/step.js';
import type { RegoValue } from '../value/value.js';
import { BuiltinError } from './builtin.js';

/** Reads one JSON text to an exact Rego value; what is Rego but not JSON (sets, keys of any type) is refused. Throws BuiltinError. */
export function parseJson(text: string, step?: Step): RegoValue {
  try {
    // The value codec also reads Rego's own notation, so JSON's grammar is checked first.
    JSON.parse(text);
    return parseTerm(text, step);
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof GatewayError) throw new BuiltinError(`invalid JSON: ${cause.message}`, { cause });
    throw cause;
  }
}
