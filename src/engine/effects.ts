import type { Revision } from '../policy/revision.js';

/** What a revision changes, by name: what people and agents ask first. */
export interface Effects {
  /** `data.a.b` of each rule. */
  readonly rules: { readonly added: string[]; readonly removed: string[]; readonly changed: string[] };
  /** Places of the data document that differ, as `data.a.b`. */
  readonly data: string[];
  /** There is more than is named here. */
  readonly cut: boolean;
}

/** Compares what serves with what is to serve. */
export type CompareRevisions = (before: Pick<Revision, 'policy' | 'data'>, after: Pick<Revision, 'policy' | 'data'>) => Effects;
