import type { Engine } from '../engine/engine.js';
import type { PolicyApi } from '../engine/policy-api.js';
import type { Watcher, WatcherState } from './watcher.js';

export interface AttachDeps {
  readonly engine: Engine;
  readonly api: PolicyApi;
}

/** Gives the API the shared engine and the one way to reload it. Every watcher does this when it starts, listening or not. */
export function attach({ engine, api }: AttachDeps): void {
  api.attachEngine(engine);
  api.registerPolicyReloader((trigger, options) => engine.reload(trigger, options));
}

/** The watcher for `--no-watch`: policies change by POST /policy/reload alone. */
export function createNoopWatcher(deps: AttachDeps): Watcher {
  const state: WatcherState = { mode: 'off', since: new Date(), events: 0, missed: 0 };
  return {
    state,
    start() {
      attach(deps);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
