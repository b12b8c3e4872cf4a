import type { Revision } from '../policy/revision.js';
import type { SourceSet } from '../policy/source-set.js';
import type { Outcome } from './engine.js';
import type { Pin } from './pin.js';

/** What a kept revision needs to serve: the folder, the compiler and the network are not among it. */
export type KeptRevision = Omit<Revision, 'trigger' | 'loadedAt'>;

/** Keeps revisions beyond the life of the process. What it cannot write is its own trouble and told by it: no reload fails over it. */
export interface RevisionKeeper {
  /** On return the revision can be loaded again after a power cut. Never rejects. */
  keep(revision: Revision): Promise<void>;
  /** Makes the outcome of an attempt durable, with what it tried, before it is announced. Never rejects; the number of its entry, if it has one. */
  record(outcome: Outcome, tried: SourceSet | undefined): Promise<number | undefined>;
  /** A kept revision, every byte verified. Throws `history_unknown`, `history_damaged`. */
  load(id: string): Promise<KeptRevision>;
  /** The sources of a kept revision alone, which are enough to make it anew. Throws `history_unknown`, `history_damaged`. */
  loadSources(id: string): Promise<SourceSet>;
  /** What served last under this configuration, newest first. Never rejects. */
  lastGood(): Promise<readonly string[]>;
  /** Never rejects. */
  savePin(pin: Pin | undefined): Promise<void>;
  /** The pin that was saved last. */
  loadPin(): Promise<Pin | undefined>;
}
