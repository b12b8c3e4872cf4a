import { GatewayError } from '../errors.js';
import type { Engine, Outcome } from '../engine/engine.js';
import type { Scan } from '../policy/scan.js';
import type { Reading, SourceReader } from '../policy/source-reader.js';

export interface ReconcilerDeps {
  readonly policyDir: string;
  readonly engine: Pick<Engine, 'current' | 'lastOutcome' | 'reload'>;
  readonly reader: SourceReader;
}

/** What one round came to. */
export interface Round {
  /** The folder held something that the engine had not been asked about. */
  readonly moved: boolean;
  /** Another round is needed after this many ms. */
  readonly againInMs?: number;
}

/** Failures that say less about the files than about the moment. */
const PASSING: ReadonlySet<string> = new Set([
  'policy_unsettled',
  'policy_unreadable',
  'policy_dir_missing',
  'policy_no_modules',
  'compiler_crashed',
]);
const MAX_RETRIES = 6;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;

/** Compares the folder with what the engine was last asked about, and asks it to reload when they differ. */
export class Reconciler {
  readonly #deps: ReconcilerDeps;
  /** Fingerprint of the folder when it was last read. */
  #key: string | undefined;
  /** Contents that the engine was last asked about: a set's id, or the failure to read one. */
  #asked: string | undefined;
  #retries = 0;
  #retry = false;

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
  }

  /** Takes what the engine did before the watcher began as asked: a change since then is found by the first round. */
  adopt(): void {
    const { lastOutcome, current } = this.#deps.engine;
    if (lastOutcome?.status !== 'rejected') this.#asked = current?.source.id;
    else if (lastOutcome.candidate === undefined) this.#asked = failure(lastOutcome.error);
    else if (!PASSING.has(lastOutcome.error?.code ?? '')) this.#asked = lastOutcome.candidate;
  }

  /** True when `key` is not the fingerprint that was last read. */
  differs(key: string): boolean {
    return key !== this.#key || this.#retry;
  }

  /** One look; `scan` is newer than the last ring. */
  async round(scan: Scan): Promise<Round> {
    const { policyDir, engine, reader } = this.#deps;
    if (!this.differs(scan.key)) return { moved: false };
    const reading = await reader.look(policyDir);
    this.#key = reading.scan.key;
    const found = stateOf(reading);
    const moved = found !== this.#asked;
    const served = found === engine.current?.source.id && engine.lastOutcome?.status !== 'rejected';
    const retry = this.#retry && !served;
    this.#retry = false;
    if (moved) this.#retries = 0;
    else if (!retry) return { moved };
    this.#asked = found;
    const outcome = await engine.reload('watch');
    // Moved while the engine read or compiled: whichever state it saw, the last one gets its own round.
    if ((await reader.scan(policyDir)).key !== reading.scan.key) return { moved, againInMs: 0 };
    return isDoubtful(reading, found, outcome) ? this.#again(moved) : { moved };
  }

  #again(moved: boolean): Round {
    if (this.#retries >= MAX_RETRIES) return { moved };
    this.#retry = true;
    return { moved, againInMs: Math.min(FIRST_RETRY_MS * 2 ** this.#retries++, LONGEST_RETRY_MS) };
  }
}

/** True when the engine's answer cannot be the last word on what lies in the folder. */
function isDoubtful(reading: Reading, found: string, outcome: Outcome): boolean {
  if (reading.unsettled) return true;
  if (outcome.status !== 'rejected') return outcome.revision !== found;
  if (outcome.candidate !== undefined && outcome.candidate !== found) return true;
  return PASSING.has(outcome.error?.code ?? '') && failure(outcome.error) !== found;
}

function stateOf({ result }: Reading): string {
  return result instanceof GatewayError ? failure(result) : result.id;
}

function failure(error: { readonly code: string; readonly message: string } | undefined): string {
  return error === undefined ? 'failed' : `${error.code}: ${error.message}`;
}
