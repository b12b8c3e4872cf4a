import { LRUCache } from 'lru-cache';
import type { BundleSource } from '../config/bundle-sources.js';
import type { ErrorCode } from '../errors.js';

/** How it went with a bundle, named as in OPA's status; times in ISO 8601. */
export interface BundleState {
  readonly name: string;
  /** Of the archive, in bytes. */
  readonly size?: number;
  readonly last_request?: string;
  readonly last_successful_request?: string;
  /** When it came anew, not when it was unchanged. */
  readonly last_successful_download?: string;
  /** What it calls its state in the revision that serves; absent where that was never read here. */
  readonly active_revision?: string;
  /** Why the last look at it came to nothing. */
  readonly code?: string;
  readonly message?: string;
}

/** What became of each bundle. */
export interface BundleStates {
  /** By name, with what the revision that serves was made of. */
  of(serving: string | undefined): Readonly<Record<string, BundleState>>;
  asked(source: Pick<BundleSource, 'name'>): void;
  /** `bytes` of what came anew; undefined for what is as it was. */
  answered(source: Pick<BundleSource, 'name'>, bytes: number | undefined): void;
  failed(source: Pick<BundleSource, 'name'>, error: { readonly code: string; readonly message: string }): void;
  /** What the bundles call themselves of which a source set was made. */
  named(setId: string, revisions: Readonly<Record<string, string>>): void;
}

const UNAVAILABLE: ErrorCode = 'bundle_unavailable';

/** What serves, what was refused since and what they may go back to. */
const MAX_SETS = 64;

export function createBundleStates(now: () => Date = () => new Date()): BundleStates {
  const states = new Map<string, Omit<BundleState, 'name' | 'active_revision'>>();
  const sets = new LRUCache<string, Readonly<Record<string, string>>>({ max: MAX_SETS });
  const time = (): string => now().toISOString();
  return {
    of: (serving) => {
      const revisions = serving === undefined ? undefined : sets.get(serving);
      return Object.fromEntries(
        [...states].map(([name, state]) => {
          const revision = revisions?.[name];
          return [name, { name, ...state, ...(revision === undefined ? {} : { active_revision: revision }) }];
        }),
      );
    },
    asked: ({ name }) => void states.set(name, { ...states.get(name), last_request: time() }),
    answered: ({ name }, bytes) => {
      const { code, message, ...state } = states.get(name) ?? {};
      // What was refused and is as it was is refused still.
      const refused =
        bytes === undefined && code !== undefined && code !== UNAVAILABLE ? { code, ...(message === undefined ? {} : { message }) } : {};
      const at = time();
      const came = bytes === undefined ? {} : { last_successful_download: at, size: bytes };
      states.set(name, { ...state, ...refused, last_successful_request: at, ...came });
    },
    failed: ({ name }, { code, message }) => void states.set(name, { ...states.get(name), code, message }),
    named: (setId, revisions) => void sets.set(setId, revisions),
  };
}
