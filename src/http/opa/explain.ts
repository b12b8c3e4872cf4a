import type { ExplainMode } from '../../compiler/explanation.js';
import type { QueryResult } from '../../compiler/query-protocol.js';
import type { Revision } from '../../policy/revision.js';
import { formatJson } from '../../value/format-json.js';
import { parseTerm } from '../../value/parse-term.js';
import { equalValues } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { GatewayError } from '../../errors.js';
import { parameter } from '../query.js';
import type { Question } from './document.js';
import { evaluationFailure } from './interpreter.js';

/** A question to the interpreter. */
export interface ExplainQuestion extends Pick<Question, 'path' | 'input'> {
  readonly mode: ExplainMode;
  readonly strictBuiltinErrors: boolean;
  /** Every rule is tried, also those that the rule index would pass over. */
  readonly exhaustive?: boolean;
}

/** Asks OPA's interpreter about the sources of a revision. Bounded in time and memory. Throws `evaluation_overloaded`, `compiler_*`. */
export type Explain = (revision: Pick<Revision, 'source' | 'data'>, question: ExplainQuestion) => Promise<QueryResult>;

const MODES: readonly ExplainMode[] = ['notes', 'fails', 'full', 'debug'];

/** The mode that a request asks for; the first that is one; any other word means no explanation, as in OPA. */
export function explainMode(query: string): ExplainMode | undefined {
  if (!query.includes('explain')) return undefined;
  return parameter(query, 'explain').find(isMode);
}

function isMode(word: string): word is ExplainMode {
  return (MODES as readonly string[]).includes(word);
}

/** What the interpreter said, as members of a Data API answer. */
export interface Explained {
  readonly result: string | undefined;
  /** The engine that serves says the same. */
  readonly agrees: boolean;
  /** JSON text of the members, without braces. */
  readonly members: string;
}

/**
 * The interpreter's answer, marked as its own, with a word on whether the engine that serves says the same: `served` is that engine's JSON
 * text, or why it has none. Throws what the interpreter failed with.
 */
export function explained({ json = '[]', explanation, error }: QueryResult, served: string | undefined | GatewayError): Explained {
  if (error !== undefined) throw evaluationFailure(error);
  const result = firstValue(parseTerm(json));
  const agrees = !(served instanceof GatewayError) && sameText(result, served);
  const { lines = [], truncated = false } = explanation ?? {};
  const members = [
    `"explanation":${JSON.stringify(lines)}`,
    '"explanation_engine":"interpreter"',
    `"explanation_agrees":${agrees}`,
    ...(truncated ? ['"explanation_truncated":true'] : []),
  ];
  return { result: result === undefined ? undefined : formatJson(result), agrees, members: members.join(',') };
}

function sameText(interpreted: RegoValue | undefined, served: string | undefined): boolean {
  if (interpreted === undefined || served === undefined) return interpreted === undefined && served === undefined;
  return equalValues(interpreted, parseTerm(served));
}

/** `[{"_":[value]}]`, or `[]` for what is undefined. */
function firstValue(solutions: RegoValue): RegoValue | undefined {
  const [first] = solutions as readonly RegoValue[];
  if (typeof first !== 'object' || first === null || !('get' in first)) return undefined;
  const values = first.get('_');
  return Array.isArray(values) ? (values as readonly RegoValue[])[0] : undefined;
}
