/** An OPA decision log service. */
export interface ServiceSettings {
  /** Full address, the resource included. */
  readonly url: string;
  readonly token: string | undefined;
  /** File with the token, read for each upload. */
  readonly tokenPath: string | undefined;
  /** Most bytes of one upload, packed. */
  readonly uploadBytes: number;
  /** Most bytes that wait, not packed; the oldest go first. */
  readonly bufferBytes: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Of one upload. */
  readonly timeoutMs: number;
}

/** Where records go besides the folder. */
export interface SinkSettings {
  readonly console: boolean;
  readonly service: ServiceSettings | undefined;
}

/** How the sending goes. */
export interface SinkState {
  /** False from an attempt that failed to the next one that does not. */
  readonly ok: boolean;
  /** Why it failed last. */
  readonly lastError?: string | undefined;
  readonly sent: number;
  /** Records that did not find room while the other side was away or slow, or that it refused. */
  readonly lost: number;
  readonly waitingBytes: number;
}

export type SinkStates = Readonly<Record<string, SinkState>>;

/** Takes records to somewhere else. It never holds up who brings them. */
export interface Sink {
  /** Lines of JSON, without their ends. */
  take(lines: readonly Buffer[]): void;
  readonly state: SinkState;
  /** Sends what waits, for so many ms at most; the rest is lost. */
  close(ms: number): Promise<void>;
}
