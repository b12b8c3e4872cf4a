import type { KeptRevision, RevisionKeeper } from '../engine/keeper.js';
import type { Log } from '../log.js';
import type { CompiledPolicy } from '../policy/revision.js';
import type { SourceSet } from '../policy/source-set.js';
import type { Entry, ImpactResult, TestResult } from './entry.js';
import type { Head } from './heads.js';
import type { KeptHead } from './kept-head.js';
import type { Manifest } from './manifest.js';

export interface HistoryOptions {
  /** Folder of the store, shared by all gateways of a data folder. */
  readonly folder: string;
  /** Names this gateway among them: the same at its next start. */
  readonly instance: string;
  readonly policyDir: string;
  /** Address and port as configured, to tell people which gateway it is. */
  readonly address: string;
  readonly version: string;
  readonly keep: number;
  readonly maxBytes: number;
  readonly log: Log;
}

/** Whether the history can be written and read. */
export interface HistoryState {
  readonly ok: boolean;
  readonly failures: number;
  readonly lastError?: string;
}

/** The store as a keeper of the engine, and as what people look into. */
export interface History extends RevisionKeeper {
  readonly state: HistoryState;
  /** Oldest first. */
  entries(): Promise<readonly Entry[]>;
  /** Those of this gateway. */
  own(): Promise<readonly Entry[]>;
  heads(): Promise<readonly Head[]>;
  /** The parts of a kept attempt. Throws `history_unknown` when its sources were not kept, `history_damaged`. */
  manifest(entry: Entry): Promise<Manifest>;
  sources(entry: Entry): Promise<SourceSet>;
  /** Code that was made by `maker` of modules with this id, when it is kept and sound. Never rejects: what cannot be looked up is compiled. */
  compiled(modulesId: string, maker: string | undefined): Promise<CompiledPolicy | undefined>;
  /** Takes what {@link readHead} found, for which {@link compiled} and {@link passed} will be asked at a start that finds what it had. */
  expect(head: KeptHead | undefined): void;
  /** The data of what {@link expect} was given, where that {@link passed}; undefined for any other revision. Never rejects. */
  merged(revision: string): Promise<Uint8Array | undefined>;
  /** See {@link isPassed}. Never rejects. */
  passed(revision: string): Promise<boolean>;
  /** The whole of a kept attempt. Throws `history_unknown` when it never was compiled, `history_damaged`. */
  loadEntry(entry: Entry): Promise<KeptRevision>;
  /** What the folder's own tests came to for this revision: for the attempt that is about to be recorded, and for the last that served it. */
  noteTests(revision: string, result: TestResult): Promise<void>;
  /** The same of recorded decisions. */
  noteImpact(revision: string, result: ImpactResult): Promise<void>;
  /** Waits for what is being written and tidied up. */
  close(): Promise<void>;
}
