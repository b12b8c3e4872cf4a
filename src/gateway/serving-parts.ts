import { availableParallelism } from 'node:os';
import type { Config } from '../config/config.js';
import { processEnvironment } from '../config/environment.js';
import type { EnforcementStore } from '../audit/enforcement-store.js';
import type { RecorderSettings } from '../decisions/recorder/recorder.js';
import { DEFAULT_LIMITS } from '../http/deps.js';
import type { HttpLimits } from '../http/deps.js';
import type { TlsPair } from '../http/tls-pair.js';
import type { Log } from '../log.js';
import type { TraceSettings } from '../telemetry/traces/settings.js';
import { createServing } from '../serving/serving.js';
import type { Serving } from '../serving/serving.js';
import { watchdogOf } from './service-manager/service-manager.js';

const MIB = 1024 * 1024;

export interface ServingPartsOptions {
  readonly config: Config;
  readonly token: string | undefined;
  readonly version: string;
  readonly log: Log;
  readonly tls: TlsPair | undefined;
  /** Undefined: decisions are not recorded. */
  readonly decisions: RecorderSettings | undefined;
  /** Undefined: decisions are no spans. */
  readonly traces: TraceSettings | undefined;
}

/** The serving processes that the configuration asks for; undefined for none. */
export function createServingParts({ config, token, version, log, tls, decisions, traces }: ServingPartsOptions): Serving | undefined {
  const { http, evaluation, paths, guardrail } = config;
  const processes = http.processes ?? availableParallelism();
  if (processes === 0) return undefined;
  return createServing({
    ...{ processes, guardrail, log, watchdogMs: watchdogOf(processEnvironment()) },
    settings: {
      ...{ token, version, tls, decisions, traces },
      policyDir: config.policy_dir === '' ? undefined : config.policy_dir,
      limits: { ...DEFAULT_LIMITS, ...httpLimits(config) },
      strictBuiltinErrors: evaluation.strict_builtin_errors,
      allowBuiltins: evaluation.allow_builtins,
      maxMemoryBytes: evaluation.max_memory_mb * MIB,
      timeoutMs: evaluation.timeout,
      stateFile: paths.stateFile,
      debug: config.log.level === 'debug',
    },
  });
}

/** Bounds of the server, as configured. */
export function httpLimits({ http, evaluation }: Config): Partial<HttpLimits> {
  return {
    maxBodyBytes: http.max_body,
    maxInputDepth: evaluation.max_input_depth,
    headersTimeoutMs: http.header_timeout,
    requestTimeoutMs: http.request_timeout,
    drainMs: http.drain_timeout,
  };
}

/** The store with word given to the serving processes before a change is answered. */
export function announcing(store: EnforcementStore, serving: Pick<Serving, 'listsChanged'> | undefined): EnforcementStore {
  if (serving === undefined) return store;
  const tell = <T>(change: () => T): T => {
    try {
      return change();
    } finally {
      serving.listsChanged();
    }
  };
  return {
    ...store,
    block: (target) => tell(() => store.block(target)),
    allow: (target) => tell(() => store.allow(target)),
    unblock: (targetType, targetName) => tell(() => store.unblock(targetType, targetName)),
  };
}
