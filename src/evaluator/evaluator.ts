import type { Revision } from '../policy/revision.js';
import type { Mark } from './marks.js';

/** One decision to make. */
export interface EvaluationRequest {
  /** Slash path of an entrypoint of the revision. */
  readonly entrypoint: string;
  /** One JSON value as UTF-8, validated by the caller; absent means that `input` is undefined. */
  readonly input?: Uint8Array;
  /** Lowers the configured deadline for this request. */
  readonly timeoutMs?: number;
  /** An error inside a built-in ends the evaluation with `evaluation_builtin_failed` instead of making it undefined. */
  readonly strictBuiltinErrors?: boolean;
  /** Asks for {@link Evaluation.timers}. */
  readonly metrics?: boolean;
}

/** What one decision came to. */
export interface Evaluation {
  /** The value as OPA prints it (compact JSON, keys and sets sorted, numbers as written), or undefined for an undefined decision. */
  readonly result: string | undefined;
  /** Nanoseconds per stage inside the worker. */
  readonly timers?: Readonly<Record<string, number>>;
  /** The rules that held, of those whose METADATA has labels or says what their decision means; undefined for none. */
  readonly marks?: readonly Mark[];
  /** From an evaluator of tests. */
  readonly notes?: EvaluationNotes;
}

/** What one test told besides its result. */
export interface EvaluationNotes {
  readonly printed: readonly string[];
  /** Cases of a table test in the order in which they began. */
  readonly cases: readonly RecordedCase[];
  readonly durationNs: number;
}

export interface RecordedCase {
  /** Text of each key below the name of the test. */
  readonly name: readonly string[];
  readonly printed: readonly string[];
  readonly durationNs: number;
}

/** A revision that every worker has ready. */
export interface PreparedRevision {
  /**
   * Throws GatewayError `evaluation_*`. The request waits for a worker at most as long as it may run, and ends with
   * `evaluation_overloaded` then; it runs until its deadline, and ends with `evaluation_timeout` then. The input must not
   * change before the promise settles.
   */
  evaluate(request: EvaluationRequest): Promise<Evaluation>;
  /** The value that an evaluation of this entrypoint gave decides nothing, as its caller found. */
  undecided?(entrypoint: string): void;
  /** Called at the swap: from then on this revision decides wherever decisions are made. Throws when that cannot be. */
  activate?(): void;
  /** Frees the instances in all workers, after the last running decision. Idempotent. */
  release(): void;
}

export interface EvaluatorStats {
  readonly workers: number;
  readonly queued: number;
  readonly running: number;
  readonly workersReplaced: number;
  readonly instancesDropped: number;
  readonly memoryBytes: number;
}

/** Runs revisions in worker threads. */
export interface Evaluator {
  /** Names of the built-ins that the host implements: given to the compiler as allowed. */
  readonly hostedBuiltins: readonly string[];
  /** Of these, the ones that WebAssembly has too, but wrong or slow: the compiler should have them called in the host. */
  readonly overrides: readonly string[];
  /** Instantiates the revision in every worker, an eager evaluator its first one in one of them, and smoke-tests it; throws when any worker cannot. */
  prepare(revision: Pick<Revision, 'id' | 'policy' | 'data'>): Promise<PreparedRevision>;
  /** Starts the worker threads now; otherwise the first {@link prepare} does. */
  warm(): void;
  /** A policy that calls these built-ins is about to be prepared: workers that run read in what it takes. */
  expect(builtins: readonly string[]): void;
  /** Settles when every worker has a revision: those of an eager evaluator that come after its first one, too. */
  readonly whenFull: Promise<void>;
  stats(): EvaluatorStats;
  close(): Promise<void>;
}

export interface EvaluatorOptions {
  /** Worker threads; default cores - 1, at least 1. */
  readonly workers?: number;
  /** Deadline of one evaluation in ms; default 1000. */
  readonly timeoutMs?: number;
  /** Requests that may wait in all; beyond it `evaluation_overloaded`. Default 4096. */
  readonly maxQueue?: number;
  /** Memory cap of one instance in MiB; default 512. */
  readonly maxMemoryMb?: number;
  /** Built-ins that reach out of the process and are refused unless named here. */
  readonly allowBuiltins?: readonly string[];
  /**
   * Evaluations are tests: each has {@link Evaluation.notes}, which a failed one carries in its error's `details.notes`, and
   * a refused built-in may be named, but ends the evaluation where no mock catches the call.
   */
  readonly tests?: boolean;
  /**
   * One more thread is kept warm, and others step in for those in a slow request, so that nobody waits behind it. Default true; false is for
   * who never has more requests under way than there are workers.
   */
  readonly standIns?: boolean;
  /** Its first revision serves as soon as one worker has it; the others are started then. Default false. */
  readonly eager?: boolean;
  /** Receives `print` output: text and `file:line:col` of the call. */
  readonly onPrint?: (line: string) => void;
}
