import type { Trigger } from '../policy/revision.js';

/** What whoever asks for a reload says beside the trigger. */
export interface ReloadOptions {
  /** Passes the gates that an operator may pass; never the compile, and never the checks of data that would disarm a domain. */
  readonly force?: boolean;
  /** Who asks, as they call themselves: the gateway has one token and cannot know better. */
  readonly by?: string;
  /** Request that asked. */
  readonly requestId?: string;
  /** Why, in the words of whoever asks. */
  readonly reason?: string;
  /** Full id of a kept revision that is to serve instead of what the folder holds. */
  readonly from?: string;
  /** Holds what is served from now on against later saves. With {@link from}. */
  readonly pin?: boolean;
  /** Follows the folder again, whatever it holds at this moment. */
  readonly resume?: boolean;
  /** Asks the gates about a kept revision too. */
  readonly gates?: boolean;
  /** What recorded decisions come to on the candidate does not count this time. */
  readonly acceptImpact?: boolean;
  /** Names of guards whose word does not count this time. */
  readonly accept?: readonly string[];
}

/** A person asked, and means what the folder holds now. */
export function isAsked(trigger: Trigger): boolean {
  return trigger === 'api' || trigger === 'signal';
}

/** What is there now is to be served, whoever put it there: nobody asked. */
export function isNotice(trigger: Trigger): boolean {
  return trigger === 'watch' || trigger === 'bundle';
}

/** One call of the engine's reload, or several that share one run. */
export interface ReloadRequest {
  readonly trigger: Trigger;
  readonly options: ReloadOptions;
  /** Pins set so far when it was asked for: who asks for the folder after a pin means to leave it, who asked before does not. */
  readonly pinsSeen: number;
}

/**
 * A run that serves several callers is named after the one whose answer says most, a person before a file event, and grants what any of
 * them asked for: who forces a reload means the folder as it is now, and that is what the run reads.
 */
export function mergeRequests(a: ReloadRequest, b: ReloadRequest): ReloadRequest {
  const order: readonly Trigger[] = ['watch', 'bundle', 'boot', 'signal', 'api', 'rollback'];
  const [weaker, stronger] = order.indexOf(a.trigger) < order.indexOf(b.trigger) ? [a, b] : [b, a];
  const pinsSeen = weaker.trigger === stronger.trigger ? Math.max(a.pinsSeen, b.pinsSeen) : stronger.pinsSeen;
  return { trigger: stronger.trigger, options: mergeOptions(a.options, b.options), pinsSeen };
}

/** The one who forces is named before one who merely asked. */
function mergeOptions(a: ReloadOptions, b: ReloadOptions): ReloadOptions {
  const [first, second] = b.force === true && a.force !== true ? [b, a] : [a, b];
  const accept = [...new Set([...(a.accept ?? []), ...(b.accept ?? [])])];
  return { ...second, ...first, ...(accept.length === 0 ? {} : { accept }) };
}
