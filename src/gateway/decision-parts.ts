import type { Config } from '../config/config.js';
import { createDecisionKeeper } from '../decisions/keeper.js';
import type { DecisionKeeper, LossReason } from '../decisions/keeper.js';
import type { RecorderSettings } from '../decisions/recorder/recorder.js';
import type { Log } from '../log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { TraceSettings } from '../telemetry/traces/settings.js';
import { instanceOf } from './open-gateway-history.js';
import { sinkSettings } from './sink-settings.js';

export interface DecisionPartsOptions {
  readonly config: Config;
  readonly token: string | undefined;
  readonly version: string;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'decision' | 'observeDecisions'>;
}

const MIB = 1024 * 1024;

/** Losses come in floods: one line of each kind in so many ms. */
const QUIET_MS = 30_000;

/** What the processes that decide are told of recording; undefined when decisions are not recorded. */
export function recorderSettings({ config, version }: Pick<DecisionPartsOptions, 'config' | 'version'>): RecorderSettings | undefined {
  const { enabled, sample, max_bytes_per_record: maxBytesPerRecord } = config.decisions;
  return enabled ? { sample, maxBytesPerRecord, labels: { id: instanceOf(config), version } } : undefined;
}

/** What the processes that decide are told of spans; undefined when decisions are none. */
export function traceSettings({ config, version }: Pick<DecisionPartsOptions, 'config' | 'version'>): TraceSettings | undefined {
  const { enabled, endpoint, authorization, sample, max_queue: maxQueue } = config.traces;
  if (!enabled) return undefined;
  const headers = authorization === undefined ? {} : { Authorization: authorization.reveal() };
  return { endpoint, headers, sample, maxQueue, instance: instanceOf(config), version };
}

/** The decision log that the configuration asks for. */
export function createDecisionParts(options: DecisionPartsOptions): DecisionKeeper | undefined {
  const { config, token, log, metrics } = options;
  const recorder = recorderSettings(options);
  if (recorder === undefined) return undefined;
  const { keep, max_bytes: maxBytes, mask } = config.decisions;
  const { service, otlp } = config.decisions.sinks;
  const { allow_builtins: allowBuiltins, max_memory_mb: maxMemoryMb } = config.evaluation;
  const keeper = createDecisionKeeper({
    ...{ recorder, maxBytes, folder: config.paths.decisionsDir, keepMs: keep, count: metrics.decision },
    masks: { mask, allowBuiltins, maxMemoryBytes: maxMemoryMb * MIB },
    sinks: sinkSettings(config, instanceOf(config), options.version),
    secrets: [token, service.token?.reveal(), otlp.authorization?.reveal()].filter((secret) => secret !== undefined),
    onTrouble: sayNowAndThen(log),
  });
  metrics.observeDecisions(() => keeper.state);
  return keeper;
}

function sayNowAndThen(log: Log): (reason: LossReason, message: string) => void {
  const said = new Map<LossReason, number>();
  return (reason, message) => {
    const now = performance.now();
    if (now - (said.get(reason) ?? -Infinity) < QUIET_MS) return;
    said.set(reason, now);
    log.error({ reason }, `records of decisions ${reason === 'sink' ? 'do not arrive' : 'are lost'}: ${message}`);
  };
}
