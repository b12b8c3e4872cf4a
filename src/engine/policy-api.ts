import type { Engine, Outcome } from './engine.js';
import type { Trigger } from '../policy/revision.js';
import type { ReloadOptions } from './reload-request.js';

/** Runs one reload through the engine's one path. Never rejects. */
export type PolicyReloader = (trigger: Trigger, options?: ReloadOptions) => Promise<Outcome>;

/** What the HTTP API offers to whoever owns the engine: the watcher attaches the shared engine here. */
export interface PolicyApi {
  /** From now on decisions come from this engine. */
  attachEngine(engine: Engine): void;
  /** POST /policy/reload calls this; without it the route answers 503. */
  registerPolicyReloader(reloader: PolicyReloader): void;
}
