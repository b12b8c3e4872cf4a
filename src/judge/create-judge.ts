import { isNotice } from '../engine/reload-request.js';
import type { Config } from '../config/config.js';
import type { LlmSettings } from '../config/llm.js';
import type { Engine } from '../engine/engine.js';
import type { Log } from '../log.js';
import type { Revision } from '../policy/revision.js';
import { JudgeFailure } from './failure.js';
import type { FailureReason } from './failure.js';
import { createJudgeStatus } from './judge-status.js';
import type { JudgeStatus } from './judge-status.js';
import { judgePolicyOf } from './judge-gate.js';
import type { KindPolicy } from './judge-policy.js';
import { KINDS } from './kinds.js';
import type { JudgeDirection, JudgeKind } from './kinds.js';
import { kindsFor } from './kinds-for.js';
import { mapAnswer } from './map-answer.js';
import { buildMessages } from './prompt.js';
import { providerTargets } from './provider-target.js';
import { createProvider } from './provider.js';
import type { Provider } from './provider.js';
import { CLEAN, failedVerdict, mergeVerdicts } from './verdict.js';
import type { Verdict } from './verdict.js';
import { createVerdictCache } from './verdict-cache.js';
import type { CacheMetrics, VerdictCache } from './verdict-cache.js';
import { verdictKey } from './verdict-key.js';

export interface JudgeMetrics extends CacheMetrics {
  judgeInvocation(kind: string, action: string, severity: string, seconds: number): void;
  judgeError(kind: string, reason: FailureReason | 'stale'): void;
}

export interface JudgeOptions {
  readonly config: Config;
  readonly llm: LlmSettings;
  readonly metrics: JudgeMetrics;
  readonly log: Log;
  /** Default: one by `guardrail.judge.cache`. */
  readonly cache?: VerdictCache;
  /** Default: the models of `llm` and `guardrail.judge.fallbacks`. */
  readonly provider?: Provider;
}

export interface JudgeRequest {
  readonly direction: JudgeDirection;
  readonly content: string;
  /** What the judge of personal data is shown in its place. */
  readonly personal?: string | undefined;
  /** Of a tool call or a tool response. */
  readonly toolName?: string | undefined;
  /** The revision that the whole answer comes from: hold a lease on it. */
  readonly revision: Pick<Revision, 'source'>;
  readonly signal?: AbortSignal;
}

export interface Judgement extends Verdict {
  /** No model was asked for it now. */
  readonly cached: boolean;
  /** The policy was reloaded meanwhile: true to `revision`, but another one serves now. Nothing of it was kept. */
  readonly stale: boolean;
  /** What was judged; empty when content of this direction is judged by no kind, or is too short. */
  readonly kinds: readonly JudgeKind[];
  /** What each of them said. */
  readonly verdicts: readonly Verdict[];
}

export interface Judge {
  /** Never rejects: what goes wrong is a verdict with `failed`. */
  judge(request: JudgeRequest): Promise<Judgement>;
  /** For `judge` in GET /status. */
  status(): JudgeStatus;
  /** Ties the cache to the reloads of an engine, and requests to its current revision. */
  subscribe(engine: Pick<Engine, 'on' | 'current'>): void;
}

/** The judge of a configuration; undefined while `guardrail.judge.enabled` is false. Throws `config_invalid`. */
export function createJudge({ config, llm, metrics, log, cache: given, provider: models }: JudgeOptions): Judge | undefined {
  const settings = config.guardrail.judge;
  if (!settings.enabled) return undefined;
  const { ttl, max_entries: maxEntries } = settings.cache;
  const cache = given ?? createVerdictCache({ ttlMs: ttl, maxEntries, metrics });
  const targets = providerTargets(llm, settings.fallbacks);
  const { timeoutMs, maxRetries } = llm;
  const provider = models ?? createProvider({ targets, timeoutMs, maxRetries, maxConcurrency: settings.max_concurrency });
  const status = createJudgeStatus({ settings, targets, cache, provider });
  let engine: Pick<Engine, 'on' | 'current'> | undefined;

  async function ask(policy: KindPolicy, request: JudgeRequest, signal: AbortSignal): Promise<Verdict> {
    const { direction, content, toolName } = request;
    const start = performance.now();
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(settings.timeout)]);
    const text = await provider.ask(buildMessages({ policy, content, toolName }), deadline);
    const verdict = mapAnswer(text, { policy, direction, content });
    metrics.judgeInvocation(policy.kind, verdict.action, verdict.severity, (performance.now() - start) / 1000);
    return verdict;
  }

  async function judgeKind(
    policy: KindPolicy,
    request: JudgeRequest,
    current: boolean,
  ): Promise<Pick<Judgement, 'cached' | 'stale'> & { verdict: Verdict }> {
    const { kind, maxContentBytes } = policy;
    const { direction, content, toolName, revision, signal = new AbortController().signal } = request;
    try {
      if (Buffer.byteLength(content) > maxContentBytes) {
        throw new JudgeFailure('too_large', `the content has more than ${maxContentBytes} bytes`);
      }
      const call = (until: AbortSignal): Promise<Verdict> => ask(policy, request, until);
      // A request that began before the last reload neither takes from the cache nor gives to it.
      if (!current) return { verdict: await call(signal), cached: false, stale: true };
      const key = verdictKey({ judgeId: revision.source.judgeId, kind, models: provider.id, direction, toolName, content });
      const resolved = await cache.resolve({ key, kind, ask: call, signal });
      if (resolved.stale) metrics.judgeError(kind, 'stale');
      return resolved;
    } catch (thrown) {
      return { verdict: failed(kind, thrown), cached: false, stale: false };
    }
  }

  function failed(kind: JudgeKind, thrown: unknown): Verdict {
    const failure = thrown instanceof JudgeFailure ? thrown : new JudgeFailure('provider', 'the judge failed', { cause: thrown });
    const { reason, status: answered } = failure;
    metrics.judgeError(kind, reason);
    status.noteFailure(kind, failure);
    // The provider's own words may quote content or a part of the key.
    log.warn({ kind, reason, ...(answered === undefined ? {} : { status: answered }) }, `the judge could not judge: ${failure.message}`);
    return failedVerdict(KINDS[kind].reasonPrefix, reason, settings.fail_mode);
  }

  return {
    async judge(request) {
      const { revision, direction } = request;
      const policies = await judgePolicyOf(revision);
      const isCurrent = (): boolean => engine === undefined || engine.current?.source === revision.source;
      const current = isCurrent();
      const asked = kindsFor(direction, settings)
        .map((kind) => ({ policy: policies[kind], shown: shownTo(kind, request) }))
        .filter(
          ({ policy, shown }) =>
            policy.enabled &&
            policy.categories.some(({ enabled }) => enabled) &&
            Buffer.byteLength(shown.content.trim()) >= policy.minContentBytes,
        );
      // All look into the cache in this one tick: no reload can come between them.
      const answers = await Promise.all(asked.map(({ policy, shown }) => judgeKind(policy, shown, current)));
      const verdicts = answers.map(({ verdict }) => verdict);
      return {
        ...(answers.length === 0 ? CLEAN : mergeVerdicts(verdicts)),
        verdicts,
        cached: answers.length > 0 && answers.every(({ cached }) => cached),
        stale: answers.some(({ stale }) => stale) || !isCurrent(),
        kinds: asked.map(({ policy }) => policy.kind),
      };
    },
    status: status.report,
    subscribe(to) {
      engine = to;
      to.on('reloaded', () => cache.invalidate());
      // Whoever asks for a reload may have changed what the model is told beside the policies; a file event that was for nothing may not.
      to.on('unchanged', ({ trigger }) => {
        if (!isNotice(trigger)) cache.invalidate();
      });
    },
  };
}

/** The request as one kind sees it. */
function shownTo(kind: JudgeKind, request: JudgeRequest): JudgeRequest {
  const { personal } = request;
  return kind === 'pii' && personal !== undefined ? { ...request, content: personal } : request;
}
