import type { Config } from '../config/config.js';
import type { FailureReason, JudgeFailure } from './failure.js';
import type { JudgeKind } from './kinds.js';
import type { ProviderTarget } from './provider-target.js';
import type { CircuitReport, Provider } from './provider.js';
import type { VerdictCache } from './verdict-cache.js';

/** The judge as GET /status shows it; times in ms. */
export interface JudgeStatus {
  readonly enabled: boolean;
  readonly provider: string;
  readonly model: string;
  /** Host and port of the provider. */
  readonly endpoint: string;
  readonly fail_mode: 'open' | 'closed';
  readonly timeout_ms: number;
  readonly in_flight: number;
  readonly waiting: number;
  /** Of the first model. */
  readonly circuit: CircuitReport['state'];
  readonly fallbacks: readonly CircuitReport[];
  readonly cache: {
    readonly size: number;
    readonly max: number;
    readonly ttl_ms: number;
    readonly hits: number;
    readonly misses: number;
    readonly dropped: number;
    readonly generation: number;
  };
  readonly last_failure: {
    readonly kind: JudgeKind;
    readonly reason: FailureReason;
    readonly status: number | null;
    readonly at: string;
  } | null;
}

export interface StatusParts {
  readonly settings: Config['guardrail']['judge'];
  readonly targets: readonly [ProviderTarget, ...ProviderTarget[]];
  readonly cache: VerdictCache;
  readonly provider: Provider;
}

export interface JudgeStatusBook {
  readonly report: () => JudgeStatus;
  readonly noteFailure: (kind: JudgeKind, failure: JudgeFailure) => void;
}

export function createJudgeStatus({ settings, targets: [first], cache, provider }: StatusParts): JudgeStatusBook {
  let last: JudgeStatus['last_failure'] = null;
  return {
    report: () => {
      const { circuits, inFlight, waiting } = provider.state;
      const { ttlMs, ...counts } = cache.state;
      const [circuit, ...fallbacks] = circuits;
      return {
        enabled: true,
        provider: first.provider,
        model: first.model,
        endpoint: new URL(first.baseUrl).host,
        fail_mode: settings.fail_mode,
        timeout_ms: settings.timeout,
        in_flight: inFlight,
        waiting,
        circuit: circuit?.state ?? 'closed',
        fallbacks,
        cache: { ...counts, ttl_ms: ttlMs },
        last_failure: last,
      };
    },
    noteFailure: (kind, { reason, status }) => {
      last = { kind, reason, status: status ?? null, at: new Date().toISOString() };
    },
  };
}
