import type { IncomingHttpHeaders } from 'node:http';

/** Who asked. */
export interface Caller {
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
  readonly remoteAddress?: string | undefined;
}

/** One decision that was made, or could not be. */
export interface DecisionFacts {
  readonly caller: Caller;
  /** Slash path of what was asked for, without `data`. */
  readonly path: string;
  /** The decision domain, or `data`. */
  readonly domain: string;
  /** One word; see {@link DecisionExtras.verdict}. Left out, the result says it. */
  readonly verdict?: string | undefined;
  /** Full id of the revision; undefined when none served. */
  readonly revision: string | undefined;
  /** JSON text in UTF-8. */
  readonly input: Uint8Array | undefined;
  /** Compact JSON text. */
  readonly result?: string | undefined;
  /** JSON text of the METADATA labels of the rules that held. */
  readonly ruleLabels?: string | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  /** From the request to its decision. */
  readonly tookMs: number;
  readonly strictBuiltinErrors: boolean;
  /** Of the request that several decisions were asked with. */
  readonly batchId?: string | undefined;
}

/** Takes decisions down. */
export interface DecisionLog {
  /** Returns the id of the decision. Never throws and never waits: what cannot be kept is counted as lost. */
  note(facts: DecisionFacts): string;
}

/** Names the decision in its answer. */
export const DECISION_HEADER = 'X-Decision-Id';

const SHORT = 34;

/** What a document came to in one word, from its JSON text. */
export function verdictOf(result: string | undefined): string {
  if (result === undefined) return 'undefined';
  if (result === 'true' || result === 'false') return result;
  return result.startsWith('"') && result.length <= SHORT ? String(JSON.parse(result)) : 'defined';
}
