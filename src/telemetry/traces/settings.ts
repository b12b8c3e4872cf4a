/** What every process that decides is told of traces. */
export interface TraceSettings {
  /** Address that takes OTLP over HTTP, the path included. */
  readonly endpoint: string;
  /** Sent with every export; they may hold a credential. */
  readonly headers: Readonly<Record<string, string>>;
  /** Share of the decisions of traces that begin here; who sends `traceparent` says it for its own. */
  readonly sample: number;
  /** Spans that may wait to be exported; what comes beyond them is dropped. */
  readonly maxQueue: number;
  readonly instance: string;
  readonly version: string;
}
