import type { BundleState } from '../bundles/bundle-states.js';
import type { DecisionLog } from '../decisions/decision-log.js';
import type { DecisionLogState } from '../decisions/keeper.js';
import type { Entry } from '../history/entry.js';
import type { WatchdogState } from '../history/watchdog/watchdog.js';
import { DEFAULT_INPUT_DEPTH } from '../value/json-input.js';
import type { Log } from '../log.js';
import type { WatcherState } from '../watcher/watcher.js';
import type { Refusal } from './door/refusal.js';
import type { Explain } from './opa/explain.js';
import type { Interpret } from './opa/interpreter.js';
import type { Resource } from './exchange.js';
import type { Bundler } from './routes/bundle.js';
import type { Front } from './front.js';
import type { TlsPair } from './tls-pair.js';

/** What is counted of requests. Labels are bounded: routes come from the route table, `unmatched` otherwise. */
export interface RequestMetrics {
  httpRequest(method: string, route: string, status: number, seconds: number): void;
  authFailure(reason: Refusal): void;
  evaluation(domain: string, verdict: string, seconds: number): void;
}

/** What the HTTP room counts, and shows. */
export interface HttpMetrics extends RequestMetrics {
  /** All of it, for a scraper that says what it accepts. */
  scrape(accept: string | undefined): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** One entry of an enforcement list, as far as admission looks at it. */
export interface ListEntry {
  readonly target_type: string;
  readonly target_name: string;
  readonly reason: string;
  readonly source_path?: string;
}

/** The lists that admission is asked with. `lists` throws when the store cannot be read: an unknown list is not an empty one. */
export interface EnforcementSource {
  /** The same object as long as nothing changed. */
  lists(): { readonly blocked: readonly ListEntry[]; readonly allowed: readonly ListEntry[] };
}

/** Guardrail settings as they are now, named as in the config file; asked at every request. */
export interface GuardrailSettings {
  readonly mode: string;
  readonly scanner_mode: string;
  readonly hilt: { readonly enabled: boolean; readonly min_severity: string };
}

/** Whether the audit trail is being written. */
export interface AuditState {
  readonly ok: boolean;
  /** Writes that failed since start. */
  readonly failures: number;
  /** The last signed checkpoint, as `audit verify --expect` takes it. */
  readonly checkpoint?: string;
  readonly lastError?: string;
  readonly since: Date;
}

/** Whether the history of revisions is being written. */
export interface HistoryWrites {
  readonly ok: boolean;
  /** Writes that failed since start. */
  readonly failures: number;
  readonly lastError?: string;
}

/** Facts of the configuration that are shown; never a secret. */
export interface ConfigFacts {
  readonly dataDir: string;
  /** Bind address and port as configured. */
  readonly bind: string;
  readonly port: number;
  readonly configFile?: string;
  /** Settings of the file that are DefenseClaw's and have no use here. */
  readonly notUsed?: readonly string[];
  /** What the file holds by now and the gateway does not run with. */
  readonly pending?: () => PendingConfig;
}

/** A configuration file that was changed since the start. */
export interface PendingConfig {
  /** Settings that wait for a restart. */
  readonly needsRestart: readonly string[];
  /** Why the file cannot be used; the settings of before stay. */
  readonly problem?: string;
}

/** Bounds of the server. Times in ms, sizes in bytes. */
export interface HttpLimits {
  readonly maxBodyBytes: number;
  /** What a gzip body of the Data API may inflate to. */
  readonly maxInflatedBytes: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** How long `close` waits for answers under way before it cuts them off. */
  readonly drainMs: number;
  readonly maxConnections: number;
  /** Inputs in one batch request. */
  readonly maxBatch: number;
  /** Nesting of an input document. */
  readonly maxInputDepth: number;
  /** Clients that may listen to policy events at the same time. */
  readonly maxSubscribers: number;
}

/** Connections are kept for longer than clients are told, so that none is closed while its next request is on the way. */
export const KEEP_ALIVE_GRACE_MS = 5_000;

export const DEFAULT_LIMITS: HttpLimits = {
  maxBodyBytes: 1 << 20,
  maxInflatedBytes: 8 << 20,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  drainMs: 5_000,
  maxConnections: 4096,
  maxBatch: 1000,
  maxInputDepth: DEFAULT_INPUT_DEPTH,
  maxSubscribers: 2048,
};

/** Everything that the API is built from. */
export interface HttpDeps {
  /** The folder as configured: echoed by the reload answer. */
  readonly policyDir: string | undefined;
  readonly token: string | undefined;
  readonly version: string;
  readonly log: Log;
  readonly metrics: HttpMetrics;
  readonly enforcement: EnforcementSource;
  readonly guardrail: () => GuardrailSettings;
  readonly watcher: () => WatcherState | undefined;
  /** Why another try for the first revision is under way; undefined when none is. */
  readonly retrying?: () => string | undefined;
  /** Takes decisions down. Undefined: they are not recorded. */
  readonly decisions?: DecisionLog | undefined;
  /** How the recording of decisions goes; undefined while it is off. */
  readonly decisionLog?: () => DecisionLogState | undefined;
  /** The bundles that are followed in place of a folder, by name, with what is said of the revision that serves. Undefined: a folder. */
  readonly bundles?: ((serving: string | undefined) => Readonly<Record<string, BundleState>>) | undefined;
  /** Undefined when no trail is kept. */
  readonly audit: () => AuditState | undefined;
  readonly config: ConfigFacts;
  readonly now?: () => Date;
  /** Full id of what the policy folder holds at this moment, for `on_disk_differs`. Undefined: nothing is read from a folder. */
  readonly idOnDisk?: () => Promise<string>;
  /** Answers `explain` of the Data API; without it the switch is refused. */
  readonly explain?: Explain;
  /** Answers queries of somebody's own; without it they are refused. */
  readonly interpret?: Interpret;
  /** Makes a bundle of what serves; without it there is no such resource. */
  readonly bundle?: Bundler;
  /** Which gateway this is, as its records of decisions say. */
  readonly instance?: string;
  /** The settings, without credentials. */
  readonly settings?: () => Readonly<Record<string, unknown>>;
  /** What the gates said last, for /status and the answer of a reload. */
  readonly gates?: () => Readonly<Record<string, unknown>>;
  /** Settles when a gate that looks at what serves since the last swap has spoken, where the answer of a reload waits for it. Never rejects. */
  readonly gatesSettled?: () => Promise<void>;
  /** What the watchdog does; undefined while it is off. */
  readonly watchdog?: () => WatchdogState | undefined;
  /** State of the judge and its cache, for /status. */
  readonly judge?: () => Readonly<Record<string, unknown>>;
  /** Attempts of this gateway that are kept, oldest first: what subscribers who come back are told. */
  readonly entries?: () => Promise<readonly Entry[]>;
  /** Whether the history of revisions is being written. Undefined when none is kept. */
  readonly history?: () => HistoryWrites;
  /** State of the workers, for /status. */
  readonly evaluator?: () => Readonly<Record<string, unknown>>;
  /** State of the processes that answer decisions, for /status. */
  readonly serving?: () => Readonly<Record<string, unknown>>;
  /** Resources of other rooms (inspect, enforcement, guardrail config): served behind the same checks. */
  readonly resources?: readonly Resource[];
  readonly limits?: Partial<HttpLimits>;
  /** Processes that answer decisions in this one's stead. */
  readonly front?: Front;
  /** Clients have to speak TLS. */
  readonly tls?: TlsPair;
  /** Serve the hot routes in front of Koa. Default true. */
  readonly fastPath?: boolean;
  /** Put a `decision_id` into every Data API answer; otherwise only where `?decision_id` asks. Default false, as OPA without a decision log. */
  readonly decisionIds?: boolean;
  /** Whether a failing built-in ends a Data API evaluation when the request does not say. Default false. */
  readonly strictBuiltinErrors?: boolean;
  /** Slash path that `POST /` evaluates. Default `system/main`. */
  readonly defaultDecision?: string;
}
