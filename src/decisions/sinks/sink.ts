import type { UploadSettings } from './upload-settings.js';

/** An OPA decision log service. */
export interface ServiceSettings extends UploadSettings {
  /** Full address, the resource included. */
  readonly url: string;
  readonly token: string | undefined;
  /** File with the token, read for each upload. */
  readonly tokenPath: string | undefined;
  /** Of one upload. */
  readonly timeoutMs: number;
}

/** A collector that takes logs by OTLP over HTTP. */
export interface OtlpSettings extends UploadSettings {
  /** Full address. */
  readonly endpoint: string;
  /** They may hold a credential. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of one upload. */
  readonly timeoutMs: number;
  readonly instance: string;
  readonly version: string;
}

/** Where records go besides the folder. */
export interface SinkSettings {
  readonly console: boolean;
  readonly service: ServiceSettings | undefined;
  readonly otlp: OtlpSettings | undefined;
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
