import type { Engine, Outcome } from '../engine/engine.js';
import { GatewayError } from '../errors.js';
import type { Scan } from '../policy/scan.js';
import type { Glimpse, SourceReader } from '../policy/source-reader.js';

export interface ReconcilerDeps {
  readonly policyDir: string;
  readonly engine: Pick<Engine, 'lastOutcome' | 'reload'>;
  readonly reader: Pick<SourceReader, 'scan' | 'peek'>;
}

/** What one round came to. */
export interface Round {
  /** The folder held something that the engine had not been asked about. */
  readonly moved: boolean;
  /** Another round is needed after this many ms. */
  readonly againInMs?: number;
}

/** Failures that say nothing about the files, only about the moment. */
const PASSING: ReadonlySet<string> = new Set(['policy_unsettled', 'compiler_crashed']);
/** Failures of a reading: passing when a look at the same time found something else. */
const READING: ReadonlySet<string> = new Set(['policy_unreadable', 'policy_dir_missing', 'policy_no_modules']);
/** 0.1 s doubled each time: after 13 s what looked passing is taken to last, until the folder changes. */
const MAX_RETRIES = 7;
const FIRST_RETRY_MS = 100;

/** Compares the folder with what the engine last saw of it, and asks for a reload when they differ. */
export class Reconciler {
  readonly #deps: ReconcilerDeps;
  /** Fingerprint of the folder when it was last looked into. */
  #key: string | undefined;
  /** What is to be asked about once more although it did not move. */
  #retryOf: string | undefined;
  #retries = 0;

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
  }

  /** True when `key` is not the fingerprint of the folder as it was last looked into. */
  differs(key: string): boolean {
    return key !== this.#key || this.#retryOf !== undefined;
  }

  /** One look; `scan` is newer than the last ring. */
  async round(scan: Scan): Promise<Round> {
    if (!this.differs(scan.key)) return { moved: false };
    const { policyDir, engine, reader } = this.#deps;
    const glimpse = await reader.peek(policyDir, scan);
    const found = nameOf(glimpse);
    const retry = this.#retryOf;
    // Whoever asked: what boot or an operator's reload has seen needs no second one.
    const moved = found !== seenBy(engine.lastOutcome) && found !== retry;
    this.#key = glimpse.key;
    this.#retryOf = undefined;
    if (moved) this.#retries = 0;
    else if (retry === undefined) return { moved };
    const outcome = await engine.reload('watch');
    // Moved while the engine read or compiled: whichever state it saw, the last one gets its own round.
    if ((await reader.scan(policyDir)).key !== glimpse.key) return { moved, againInMs: 0 };
    const elsewise = READING.has(outcome.error?.code ?? '') && seenBy(outcome) !== found;
    return elsewise || isPassing(outcome) ? this.#again(found, moved) : { moved };
  }

  #again(found: string, moved: boolean): Round {
    if (this.#retries >= MAX_RETRIES) return { moved };
    this.#retryOf = found;
    return { moved, againInMs: FIRST_RETRY_MS * 2 ** this.#retries++ };
  }
}

/** What the engine saw in the folder: the key of a set, or its failure to read one; undefined when it has to look again. */
function seenBy(outcome: Outcome | undefined): string | undefined {
  if (outcome === undefined || isPassing(outcome)) return undefined;
  return outcome.read ?? failure(outcome.error);
}

function isPassing({ error }: Outcome): boolean {
  return error !== undefined && PASSING.has(error.code);
}

/** Torn readings equal nothing, not even one another. */
function nameOf({ key, found }: Glimpse): string {
  if (found === undefined) return `torn: ${key}`;
  return found instanceof GatewayError ? failure(found) : found;
}

function failure(error: { readonly code: string; readonly message: string } | undefined): string {
  return error === undefined ? 'failed' : `${error.code}: ${error.message}`;
}
