import type { Flip } from '../domains/grants.js';

/** Why a recorded decision says nothing of the candidate. */
export type Unreplayable = 'masked' | 'oversized' | 'no_revision' | 'unknown_path' | 'time_dependent' | 'random' | 'outreach';

/** One recorded decision that comes out otherwise. Long values are cut, as text. */
export interface ImpactExample {
  readonly decision_id: string;
  readonly flip: Flip | 'error';
  readonly input: string;
  /** JSON text; null for an undefined decision. */
  readonly before: string | null;
  readonly after: string | null;
}

/** How decisions of one kind changed. */
export interface Flips {
  readonly deny_to_allow: number;
  readonly allow_to_deny: number;
  readonly other: number;
}

/** What the edit does to the recorded decisions of one path. */
export interface PathImpact extends Flips {
  /** Slash path without `data`. */
  readonly path: string;
  readonly replayed: number;
  /** Decisions that fail on the candidate and did not before. */
  readonly errors: number;
  /** 95th percentile of the time of an evaluation; null for fewer than 20, or where the other side is not evaluated. */
  readonly p95_ms: { readonly before: number; readonly after: number } | null;
  /** Of those, after by before. */
  readonly slowdown: number | null;
  /** Up to three for each kind of change. */
  readonly examples: readonly ImpactExample[];
  /** The first hundred ids by kind of change. */
  readonly decision_ids: Readonly<Partial<Record<Flip | 'error', readonly string[]>>>;
}

/** What an edit does to recorded decisions: first how many of them can tell, then by path. */
export interface Replay extends Flips {
  /** Decisions that were looked at. */
  readonly recorded: number;
  readonly replayed: number;
  readonly not_replayable: Readonly<Partial<Record<Unreplayable, number>>>;
  readonly errors: number;
  /** The largest of all paths. */
  readonly slowdown: number | null;
  readonly paths: readonly PathImpact[];
}

/** The same with what was compared, and what of the edit may have caused it. */
export interface Impact extends Omit<Replay, 'paths'> {
  /** Full ids, `recorded` for the decisions as they were made. */
  readonly from: string;
  readonly to: string;
  readonly paths: readonly (PathImpact & {
    /** `data.a.b` of rules that differ, those of the package of the path when there are any, and of places of the data. */
    readonly changed: readonly string[];
  })[];
  readonly duration_ms: number;
}

/** Ids of the decisions that come out otherwise for better or worse, by path; those that only say something else are not among them. */
export function flippedIds({ paths }: Pick<Impact, 'paths'>): readonly string[] {
  return paths.flatMap(({ decision_ids: ids }) => [ids.deny_to_allow, ids.allow_to_deny, ids.error].flatMap((some) => some ?? []));
}
