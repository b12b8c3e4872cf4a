import type { Trigger } from '../policy/revision.js';

/** What whoever asks for a reload says beside the trigger. */
export interface ReloadOptions {
  /** Passes the gates that an operator may pass; never the compile, and never the checks of data that would disarm a domain. */
  readonly force?: boolean;
  /** Who asks, as they call themselves: the gateway has one token and cannot know better. */
  readonly by?: string;
  /** Request that asked. */
  readonly requestId?: string;
}

/** One call of the engine's reload, or several that share one run. */
export interface ReloadRequest {
  readonly trigger: Trigger;
  readonly options: ReloadOptions;
}

/**
 * A run that serves several callers is named after the one whose answer says most, a person before a file event, and grants what any of
 * them asked for: who forces a reload means the folder as it is now, and that is what the run reads.
 */
export function mergeRequests(a: ReloadRequest, b: ReloadRequest): ReloadRequest {
  const order: readonly Trigger[] = ['watch', 'boot', 'api'];
  const trigger = order.indexOf(a.trigger) >= order.indexOf(b.trigger) ? a.trigger : b.trigger;
  return { trigger, options: mergeOptions(a.options, b.options) };
}

/** The one who forces is named before one who merely asked. */
function mergeOptions(a: ReloadOptions, b: ReloadOptions): ReloadOptions {
  const [first, second] = b.force === true && a.force !== true ? [b, a] : [a, b];
  return { ...second, ...first };
}
