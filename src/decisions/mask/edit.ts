import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';

const INDEX = /^(?:0|[1-9]\d{0,8})$/u;

/** The value without what is at the path; undefined when nothing is there. */
export function without(value: RegoValue, path: readonly string[]): RegoValue | undefined {
  const [segment, ...rest] = path;
  if (segment === undefined) return undefined;
  if (value instanceof RegoObject) {
    const key = keyIn(value, segment);
    const child = value.get(key);
    if (child === undefined) return undefined;
    if (rest.length === 0) return RegoObject.of(value.entries.filter(([name]) => name !== key));
    const edited = without(child, rest);
    return edited === undefined ? undefined : put(value, key, edited);
  }
  const at = indexIn(value, segment);
  if (at === undefined) return undefined;
  const list = value as readonly RegoValue[];
  if (rest.length === 0) return list.toSpliced(at, 1);
  const edited = without(list[at] ?? null, rest);
  return edited === undefined ? undefined : list.with(at, edited);
}

/** The value with another one at the path, objects on the way made where there are none; undefined when nothing can be there. */
export function withValue(value: RegoValue, path: readonly string[], replacement: RegoValue): RegoValue | undefined {
  const [segment, ...rest] = path;
  if (segment === undefined) return replacement;
  if (value instanceof RegoObject) {
    const key = keyIn(value, segment);
    const edited = withValue(value.get(key) ?? RegoObject.of([]), rest, replacement);
    return edited === undefined ? undefined : put(value, key, edited);
  }
  const at = indexIn(value, segment);
  if (at === undefined) return undefined;
  const list = value as readonly RegoValue[];
  const edited = withValue(list[at] ?? null, rest, replacement);
  return edited === undefined ? undefined : list.with(at, edited);
}

function put(object: RegoObject, key: string, value: RegoValue): RegoObject {
  return RegoObject.of([...object.entries, [key, value]]);
}

/** A key that cannot stand in a pointer stands there percent-encoded, or with `~0` and `~1`. What is there as it is written comes first. */
function keyIn(object: RegoObject, segment: string): string {
  if (object.get(segment) !== undefined) return segment;
  return spellings(segment).find((key) => object.get(key) !== undefined) ?? segment;
}

function spellings(segment: string): string[] {
  const pointer = segment.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return [pointer, decodeURIComponent(segment)];
  } catch (thrown) {
    if (thrown instanceof URIError) return [pointer];
    throw thrown;
  }
}

function indexIn(value: RegoValue, segment: string): number | undefined {
  if (!Array.isArray(value) || !INDEX.test(segment)) return undefined;
  const at = Number(segment);
  return at < value.length ? at : undefined;
}
