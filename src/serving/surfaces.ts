import type { Policy } from '../http/opa/resolve.js';
import { isSameList } from '../is-same-list.js';

/** What of a policy tells where paths are answered, and how to know it again. */
interface Surface {
  readonly policy: Policy;
  /** Paths of rules, each once, in order. */
  readonly paths: readonly string[];
}

/** What of policies tells where paths are answered. An edit seldom changes that: then it is the very object of the policy before. */
export class Surfaces {
  #last: Surface | undefined;

  of({ entrypoints, rules }: Policy): Policy {
    const byName = new Map(rules.map(({ path }) => [path.join('\0'), path]));
    const paths = [...byName.keys()];
    const last = this.#last;
    if (last !== undefined && areSame(last.policy.entrypoints, entrypoints) && isSameList(last.paths, paths)) return last.policy;
    const policy: Policy = { entrypoints, rules: [...byName.values()].map((path) => ({ path })) };
    this.#last = { policy, paths };
    return policy;
  }
}

function areSame(one: Policy['entrypoints'], other: Policy['entrypoints']): boolean {
  if (one === other) return true;
  return one.length === other.length && one.every(({ path, kind }, at) => path === other[at]?.path && kind === other[at].kind);
}
