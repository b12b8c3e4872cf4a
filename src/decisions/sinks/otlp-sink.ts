import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import type { Logger, LogRecord } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { keptFrom } from '../batch/runs.js';
import { revisionOf } from '../record.js';
import type { KeptDecision } from '../record.js';
import type { OtlpSettings, Sink } from './sink.js';
import { createUploadSink } from './upload-sink.js';
import type { UploadFailure } from './upload-sink.js';

const SERVICE = 'defenseclaw-gateway';

/** Log records of OpenTelemetry by OTLP over HTTP: the record as it is kept is the body, what is looked for are attributes. */
export function createOtlpSink(settings: OtlpSettings, onChange: () => void): Sink {
  const { endpoint, headers, timeoutMs, instance, version } = settings;
  const exporter = new OTLPLogExporter({
    ...{ url: endpoint, headers: { ...headers }, timeoutMillis: timeoutMs, compression: CompressionAlgorithm.GZIP },
  });
  let made: ReadableLogRecord[] = [];
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ 'service.name': SERVICE, 'service.version': version, 'service.instance.id': instance }),
    // Queues and batches are those of all sinks: what the SDK's processor drops it does not tell.
    processors: [{ onEmit: (record) => void made.push(record), forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve() }],
  });
  const logger = provider.getLogger(SERVICE, version);
  return createUploadSink(
    settings,
    {
      pack(lines) {
        for (const line of lines) emit(logger, line.toString('utf8'));
        const body = made;
        made = [];
        return { body, bytes: lines.reduce((sum, { length }) => sum + length + 1, 0) };
      },
      send: (body, signal) => exported(exporter, body, signal),
    },
    onChange,
  );
}

function exported(exporter: OTLPLogExporter, body: ReadableLogRecord[], signal: AbortSignal): Promise<UploadFailure | undefined> {
  return new Promise((resolve) => {
    const late = (): void => resolve({ final: false, message: 'the collector did not answer in time' });
    signal.addEventListener('abort', late, { once: true });
    exporter.export(body, ({ error }) => {
      signal.removeEventListener('abort', late);
      // The exporter itself tries again what may pass; a status that it gives up on at once is a word about the body.
      resolve(error === undefined ? undefined : { final: (error as { code?: unknown }).code === 400, message: error.message });
    });
  });
}

function emit(logger: Logger, text: string): void {
  const kept = keptFrom(text);
  if (kept !== undefined) logger.emit(logRecordOf(kept));
}

function logRecordOf({ record, text }: KeptDecision): LogRecord {
  const { decision_id: id, timestamp, path, custom, error, trace_id: traceId, span_id: spanId } = record;
  const revision = revisionOf(record);
  return {
    eventName: 'policy.decision',
    timestamp: new Date(timestamp),
    severityNumber: error === undefined ? SeverityNumber.INFO : SeverityNumber.ERROR,
    severityText: error === undefined ? 'INFO' : 'ERROR',
    body: text,
    attributes: {
      ...{ 'policy.decision_id': id, 'policy.path': path, 'policy.domain': custom.domain, 'policy.result': custom.verdict },
      'request.id': custom.request_id,
      ...(revision === undefined ? {} : { 'policy.revision': revision }),
    },
    ...(traceId === undefined || spanId === undefined
      ? {}
      : { context: trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED }) }),
  };
}
