import type { IncomingHttpHeaders } from 'node:http';

/** Where a request belongs, by its W3C trace context. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  /** Whoever asks records its part of the trace. */
  readonly sampled: boolean;
}

const TRACE_PARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})/u;
const SAMPLED = 1;

/** Reads `traceparent`; undefined where there is none, or none that means anything. */
export function traceParentOf({ traceparent }: IncomingHttpHeaders): TraceParent | undefined {
  if (traceparent === undefined) return undefined;
  const [, traceId, spanId, flags = ''] = TRACE_PARENT.exec(typeof traceparent === 'string' ? traceparent : (traceparent[0] ?? '')) ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}
