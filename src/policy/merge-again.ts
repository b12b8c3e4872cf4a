import { isSmall } from './merge-apart.js';
import type { CheckedData } from './merge-apart.js';
import type { Claims } from './references.js';
import { lazyDocument } from './sections.js';
import type { SourceFile, SourceSet } from './source-set.js';

type Merge<C extends Claims> = (source: SourceSet, claims: C) => Promise<CheckedData>;

/** A merge in which nothing was found. What it was made of and what it came to live as long as the revision that has them. */
interface Merged {
  readonly source: WeakRef<SourceSet>;
  readonly data: WeakRef<Uint8Array>;
  readonly rules: Paths;
  readonly references: Paths;
}

/** By a name that no other path has. */
type Paths = ReadonlyMap<string, readonly string[]>;

/**
 * Merges large data anew only when it has to: an edit of rules that claims nothing of the data, and reads nothing of it, that rules did not
 * before, leaves the document of the last merge as it is. Where something was found, its place may have moved: that is merged, and looked at, again.
 */
export function mergeAgain<C extends Claims>(merge: Merge<C>): Merge<C> {
  let last: Merged | undefined;
  return async (source, claims) => {
    if (isSmall([...source.data, ...source.overlays])) return merge(source, claims);
    const rules = pathsOf(claims.rules);
    const references = pathsOf(claims.references);
    const data = last?.data.deref();
    if (last !== undefined && data !== undefined && isSame(last.source.deref(), source)) {
      const document = lazyDocument(data);
      if (goTogether(last, { rules, references }, document)) {
        last = { ...last, source: new WeakRef(source), rules, references };
        return { data, document, conflicts: [], missing: [] };
      }
    }
    const merged = await merge(source, claims);
    const clean = merged.conflicts.length === 0 && merged.missing.length === 0;
    last = clean ? { source: new WeakRef(source), data: new WeakRef(merged.data), rules, references } : undefined;
    return merged;
  };
}

/**
 * Nothing is found now as nothing was before: rules that are gone might have been what a module reads, and of what is new a name that the
 * document has at its root might be claimed.
 */
function goTogether(before: Merged, now: Pick<Merged, 'rules' | 'references'>, document: Readonly<Record<string, unknown>>): boolean {
  for (const name of before.rules.keys()) if (!now.rules.has(name)) return false;
  for (const name of now.references.keys()) if (!before.references.has(name)) return false;
  for (const [name, [root = '']] of now.rules) if (!before.rules.has(name) && Object.hasOwn(document, root)) return false;
  return true;
}

function pathsOf(places: readonly { readonly path: readonly string[] }[]): Paths {
  return new Map(places.map(({ path }) => [JSON.stringify(path), path]));
}

/** Files that were not touched keep their very array between readings. */
function isSame(before: SourceSet | undefined, now: SourceSet): boolean {
  return before !== undefined && areSame(before.data, now.data) && areSame(before.overlays, now.overlays);
}

function areSame(before: readonly SourceFile[], now: readonly SourceFile[]): boolean {
  return before.length === now.length && before.every(({ path, bytes }, index) => path === now[index]?.path && bytes === now[index].bytes);
}
