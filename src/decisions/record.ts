import { splitObject } from '../policy/json-slices.js';

/** The name under which a record tells the revision: OPA names bundles there, and the policy folder is the one bundle that there is. */
export const BUNDLE = 'policies';

/**
 * One decision as it is kept: OPA's decision log event, member by member, so that what reads those reads these. What OPA has no name for
 * is under `custom`, the member that OPA leaves to others. As text it is one line of JSON, in the order of {@link DecisionRecord}'s members.
 */
export interface DecisionRecord {
  /** UUID of version 7: ids sort by time, and their first 12 digits are the time in ms. Also in the answer, as `X-Decision-Id`. */
  readonly decision_id: string;
  /** RFC 3339, when the decision was made. */
  readonly timestamp: string;
  /** Slash path of the document that was asked for, without `data`: `defenseclaw/firewall`. */
  readonly path: string;
  /** Which gateway decided. */
  readonly labels: { readonly id: string; readonly version: string };
  /** Full id of the revision that decided; absent when none served. */
  readonly bundles?: { readonly [BUNDLE]: { readonly revision: string } };
  readonly batch_decision_id?: string;
  /** Of the W3C trace context that the request came with. */
  readonly trace_id?: string;
  readonly span_id?: string;
  /** Address of the peer. */
  readonly requested_by?: string;
  readonly metrics: { readonly timer_server_handler_ns: number };
  /** Merged METADATA labels of the rules that held; absent when none of them has labels. */
  readonly rule_labels?: readonly Readonly<Record<string, unknown>>[];
  /** JSON pointers of what the policy or the configuration had taken out, and of what the policy had replaced. */
  readonly erased?: readonly string[];
  readonly masked?: readonly string[];
  readonly custom: DecisionExtras;
  /** Why there is no result of the policy. */
  readonly error?: { readonly code: string; readonly message: string };
  /** What the rules were asked with; absent when there was none, or it was taken out. */
  readonly input?: unknown;
  /** What they said, before a domain makes its answer of it; absent when that is undefined. */
  readonly result?: unknown;
}

/** What OPA's event has no member for. */
export interface DecisionExtras {
  /** The decision domain, or `data` for a document that was asked for by path. */
  readonly domain: string;
  /** What it came to in one word: of a domain its verdict, else `true`, `false`, a short text as it is, `defined`, `undefined`, or `error`. */
  readonly verdict: string;
  readonly request_id: string;
  /** The headers `X-DefenseClaw-Client`, `-Agent-Id`, `-Agent-Instance-Id` and `-Session-Id`. */
  readonly client?: string;
  readonly agent?: string;
  readonly agent_instance?: string;
  readonly session?: string;
  /** An error of a built-in function would have ended the evaluation. */
  readonly strict_builtin_errors?: true;
  /** Members that were longer than `decisions.max_bytes_per_record` allows, and are told by their length and hash alone. */
  readonly oversized?: Readonly<Partial<Record<'input' | 'result', { readonly bytes: number; readonly sha256: string }>>>;
}

/** A record with the very text that is kept of it: what was not masked in it is as it came, down to the digits of its numbers. */
export interface KeptDecision {
  readonly record: DecisionRecord;
  /** One line of JSON, without its end. */
  readonly text: string;
}

/** Full id of the revision that decided; undefined when none served. */
export function revisionOf({ bundles }: DecisionRecord): string | undefined {
  return bundles?.[BUNDLE].revision;
}

/** The JSON text of one member as it is kept; undefined when there is none. To be preferred to a parsed value where it is evaluated again. */
export function memberText({ text }: KeptDecision, name: 'input' | 'result'): Uint8Array | undefined {
  return splitObject(Buffer.from(text)).get(name);
}

/** Why a record cannot be evaluated again as it was; undefined when it can. */
export function notReplayable({
  bundles,
  erased = [],
  masked = [],
  custom,
}: DecisionRecord): 'no_revision' | 'masked' | 'oversized' | undefined {
  if (bundles === undefined) return 'no_revision';
  if ([...erased, ...masked].some((pointer) => pointer === '/input' || pointer.startsWith('/input/'))) return 'masked';
  return custom.oversized?.input === undefined ? undefined : 'oversized';
}
