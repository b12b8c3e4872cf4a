import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';

/** A path segment that names an element of an array. */
export const INDEX = /^\d{1,9}$/;

/** What a segment that is no index finds in an array. */
type InArray = (array: readonly RegoValue[], segment: string) => RegoValue | undefined;

/**
 * The answer of a rule is JSON, in which a set is an array: a name that asks an array is taken to ask a set whether it has that member, for
 * no name has anything to ask of a real one.
 */
export const memberOf: InArray = (array, segment) => (array.includes(segment) ? segment : undefined);

const nothing: InArray = () => undefined;

/** The value below a value; undefined where there is none. */
export function walk(from: RegoValue, path: readonly string[], inArray = nothing): RegoValue | undefined {
  let value: RegoValue | undefined = from;
  for (const segment of path) {
    if (value instanceof RegoObject) value = value.get(segment);
    else if (Array.isArray(value)) {
      const array = value as readonly RegoValue[];
      value = INDEX.test(segment) ? array[Number(segment)] : inArray(array, segment);
    } else return undefined;
  }
  return value;
}
