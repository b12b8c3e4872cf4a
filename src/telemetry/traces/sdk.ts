import { setTimeout as pause } from 'node:timers/promises';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { verdictOf } from '../../decisions/decision-log.js';
import type { DecisionFacts } from '../../decisions/decision-log.js';
import { traceParentOf } from '../../decisions/trace-parent.js';
import type { TraceParent } from '../../decisions/trace-parent.js';
import type { NoteExemplar } from '../metrics/note-exemplar.js';
import type { TraceSettings } from './settings.js';
import type { DecisionTraces } from './traced-log.js';

const SERVICE = 'defenseclaw-gateway';
/** Ms that one export may take, and that the last one is waited for. */
const EXPORT_MS = 5_000;
const CLOSE_MS = 2_000;
const BATCH = 512;
/** Ms between two words on what fails. */
const QUIET_MS = 30_000;
/** Ms after which spans go out, however few. */
const DELAY_MS = 1_000;

/** Spans of decisions through OpenTelemetry's SDK, exported in batches by OTLP over HTTP. `exemplar` is told of those that are exported. */
export function openTraces(
  { endpoint, headers, sample, maxQueue, instance, version }: TraceSettings,
  onTrouble: (reason: string) => void,
  exemplar: NoteExemplar,
): DecisionTraces {
  const exporter = new TellingExporter(endpoint, headers, onTrouble);
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': SERVICE, 'service.version': version, 'service.instance.id': instance }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sample) }),
    spanProcessors: [
      new BatchSpanProcessor(exporter, {
        maxQueueSize: maxQueue,
        maxExportBatchSize: Math.min(BATCH, maxQueue),
        scheduledDelayMillis: DELAY_MS,
        exportTimeoutMillis: EXPORT_MS,
      }),
    ],
  });
  const tracer = provider.getTracer(SERVICE, version);
  return {
    decided(facts, id) {
      const now = performance.timeOrigin + performance.now();
      const options = { kind: SpanKind.SERVER, startTime: now - facts.tookMs, attributes: attributesOf(facts, id) };
      const span = tracer.startSpan('policy.evaluate', options, contextOf(traceParentOf(facts.caller.headers)));
      if (facts.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: facts.error.code });
      span.end(now);
      const { traceId, spanId, traceFlags } = span.spanContext();
      if ((traceFlags & TraceFlags.SAMPLED) === 0) return;
      const { domain, path, result, verdict = verdictOf(result), tookMs } = facts;
      exemplar({ domain, path, verdict, seconds: tookMs / 1000, traceId, spanId, decisionId: id });
    },
    async close() {
      await Promise.race([provider.shutdown().catch(() => undefined), pause(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}

/** Says now and then that spans are lost: an endpoint that is away is away for every batch. */
class TellingExporter extends OTLPTraceExporter {
  readonly #onTrouble: (reason: string) => void;
  #toldAt = -Infinity;

  constructor(url: string, headers: Readonly<Record<string, string>>, onTrouble: (reason: string) => void) {
    super({ url, headers: { ...headers }, timeoutMillis: EXPORT_MS, compression: CompressionAlgorithm.GZIP });
    this.#onTrouble = onTrouble;
  }

  override export(spans: ReadableSpan[], done: Parameters<OTLPTraceExporter['export']>[1]): void {
    super.export(spans, (result) => {
      const now = performance.now();
      if (result.error !== undefined && now - this.#toldAt > QUIET_MS) {
        this.#toldAt = now;
        this.#onTrouble(result.error.message);
      }
      done(result);
    });
  }
}

function attributesOf(facts: DecisionFacts, id: string): Record<string, string> {
  const { path, domain, result, verdict = verdictOf(result), revision, caller } = facts;
  return {
    ...{ 'policy.path': path, 'policy.domain': domain, 'policy.result': verdict, 'policy.decision_id': id, 'request.id': caller.requestId },
    ...(revision === undefined ? {} : { 'policy.revision': revision }),
  };
}

function contextOf(parent: TraceParent | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, sampled } = parent;
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
