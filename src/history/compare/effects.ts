import { isDeepStrictEqual } from 'node:util';
import type { CompareRevisions, Effects } from '../../engine/effects.js';
import { isObject, splitObject, valueOf } from '../../policy/json-slices.js';
import { step } from './data.js';
import { compareRules } from './rules.js';
import type { RuleName } from './rules.js';

/** Names of one kind: they go into every entry, and out to every subscriber. */
const MAX_NAMES = 100;

/** Data beyond this is compared as a whole: to walk it takes time that decisions need. */
const MAX_WALKED_BYTES = 4 * 1024 * 1024;

/** Values that differ in their bytes and are no larger are compared as values: layout is no change. */
const MAX_PARSED_BYTES = 64 * 1024;

/** Objects in objects. */
const MAX_DEPTH = 64;

/** The change by name. Costs about a millisecond for a usual policy set, and never more than some ten. */
export const effectsOf: CompareRevisions = (before, after) => {
  const rules = before.policy === after.policy ? NO_RULES : compareRules(before.policy, after.policy);
  const lists = { added: rules.added.map(nameOf), removed: rules.removed.map(nameOf), changed: rules.changed.map(nameOf) };
  const data = placesOf(before.data, after.data);
  const cut = Object.values(lists).some(({ length }) => length > MAX_NAMES) || data.cut;
  return {
    rules: { added: first(lists.added), removed: first(lists.removed), changed: first(lists.changed) },
    data: data.places,
    cut,
  };
};

const NO_RULES = { added: [], removed: [], changed: [] } as const;

function nameOf({ package: name, rule }: RuleName): string {
  return `data.${name}.${rule}`;
}

function first(names: readonly string[]): string[] {
  return names.slice(0, MAX_NAMES);
}

function placesOf(before: Uint8Array, after: Uint8Array): { readonly places: Effects['data']; readonly cut: boolean } {
  if (before === after || Buffer.compare(before, after) === 0) return { places: [], cut: false };
  if (Math.max(before.byteLength, after.byteLength) > MAX_WALKED_BYTES) return { places: ['data'], cut: true };
  const places: string[] = [];
  let cut = false;
  const walk = (place: string, was: Uint8Array | undefined, is: Uint8Array | undefined, depth: number): void => {
    if (cut || isSame(was, is)) return;
    if (was !== undefined && is !== undefined && depth < MAX_DEPTH && isObject(was) && isObject(is)) {
      const [old, now] = [splitObject(was), splitObject(is)];
      for (const key of [...new Set([...old.keys(), ...now.keys()])].sort())
        walk(`${place}${step(key)}`, old.get(key), now.get(key), depth + 1);
    } else if (!isEqual(was, is)) {
      if (places.length === MAX_NAMES) cut = true;
      else places.push(place);
    }
  };
  walk('data', before, after, 0);
  return { places, cut };
}

function isSame(was: Uint8Array | undefined, is: Uint8Array | undefined): boolean {
  return was !== undefined && is !== undefined && Buffer.compare(was, is) === 0;
}

function isEqual(was: Uint8Array | undefined, is: Uint8Array | undefined): boolean {
  if (was === undefined || is === undefined || Math.max(was.byteLength, is.byteLength) > MAX_PARSED_BYTES) return false;
  return isDeepStrictEqual(valueOf(was), valueOf(is));
}
