import type { RecorderSettings } from '../decisions/recorder/recorder.js';
import type { HttpLimits, GuardrailSettings } from '../http/deps.js';
import type { Tally } from '../evaluator/tally.js';
import type { ErrorCode } from '../errors.js';
import type { Policy } from '../http/opa/resolve.js';
import type { TraceSettings } from '../telemetry/traces/settings.js';
import type { TlsPair } from '../http/tls-pair.js';

/** What a serving process is told once, over its channel: a token has no business in arguments or the environment. */
export interface ServingSettings {
  readonly token: string | undefined;
  readonly version: string;
  readonly policyDir: string | undefined;
  readonly limits: HttpLimits;
  readonly strictBuiltinErrors: boolean;
  readonly allowBuiltins: readonly string[];
  readonly maxMemoryBytes: number;
  /** Deadline of one decision in ms, as configured. */
  readonly timeoutMs: number;
  /** SQLite file with the enforcement lists. */
  readonly stateFile: string;
  /** Whether debug lines are wanted. */
  readonly debug: boolean;
  /** Clients have to speak TLS. */
  readonly tls: TlsPair | undefined;
  /** Undefined: decisions are not recorded. */
  readonly decisions: RecorderSettings | undefined;
  /** Undefined: decisions are no spans. */
  readonly traces: TraceSettings | undefined;
  /** Local socket of the main process, for what is not answered here. */
  readonly mainPath: string;
}

/** A revision as it travels: the code instead of the compiled module, which cannot leave its process. */
export interface WireRevision {
  readonly generation: number;
  readonly id: string;
  /** Absent where it is that of the revision before. */
  readonly policy?: Policy;
  /** Without the parts that the process has from the revision before. */
  readonly code: Uint8Array;
  /** The code is left out where the process has it. */
  readonly library: { readonly id: string; readonly code?: Uint8Array };
  readonly data: Uint8Array;
  readonly builtins: readonly string[];
}

/** Main process to serving process. */
export type ServingCommand =
  | { readonly type: 'start'; readonly settings: ServingSettings }
  | { readonly type: 'prepare'; readonly revision: WireRevision }
  | { readonly type: 'release'; readonly generation: number }
  | { readonly type: 'settings'; readonly version: number; readonly guardrail: GuardrailSettings }
  /** Comes with the socket. Numbers count up. */
  | { readonly type: 'connection'; readonly number: number }
  /** Numbers count up. */
  | { readonly type: 'report'; readonly number: number }
  /** For connections from now on. */
  | { readonly type: 'tls'; readonly pair: TlsPair }
  /** Every answer from now on closes its connection. */
  | { readonly type: 'leave' }
  | { readonly type: 'drain' };

/** Serving process to main process. */
export type ServingEvent =
  /** The program runs and waits for its settings. */
  | { readonly type: 'loaded' }
  /** It can take connections. */
  | { readonly type: 'started' }
  /** It has this connection, or leaves it to the main process. */
  | { readonly type: 'taken' | 'left'; readonly number: number }
  /** Comes with the socket: a connection that lasts, and what was read from it. */
  | { readonly type: 'returned'; readonly read: Uint8Array }
  | { readonly type: 'prepared'; readonly generation: number }
  | { readonly type: 'refused'; readonly generation: number; readonly code: ErrorCode; readonly message: string }
  /** Of the request with this number; of none at the end. */
  | { readonly type: 'report'; readonly number: number | undefined; readonly figures: ProcessFigures }
  | { readonly type: 'log'; readonly level: LogLevel; readonly fields: Readonly<Record<string, unknown>>; readonly message: string }
  /** Records of decisions, a frame of so many; so many more were lost before them. */
  | { readonly type: 'decisions'; readonly frame: Uint8Array | undefined; readonly records: number; readonly lost: number }
  | { readonly type: 'drained' };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What one process has done so far. */
export interface ProcessFigures {
  readonly connections: number;
  /** Requests that were sent on. */
  readonly forwarded: number;
  /** Evaluations that ran out of their slice here, and were sent on. */
  readonly overBudget: number;
  readonly instancesDropped: number;
  readonly memoryBytes: number;
  /** What became of its decisions since the report before. */
  readonly tallies: readonly Tally[];
  /** Its registry, as prom-client gives it. */
  readonly metrics: unknown;
}
