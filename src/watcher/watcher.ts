/** What the watcher knows about itself, for /health, /status and the gauge. */
export interface WatcherState {
  readonly mode: 'watching' | 'degraded' | 'off';
  /** Why it is degraded: it sweeps instead of listening. */
  readonly reason?: string;
  readonly since: Date;
  /** Doorbell rings so far. */
  readonly events: number;
  /** Changes that no event announced and only the sweep found. */
  readonly missed: number;
}

/** Watches the policy folder and asks the engine for a reload when it settled. */
export interface Watcher {
  readonly state: WatcherState;
  start(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}
