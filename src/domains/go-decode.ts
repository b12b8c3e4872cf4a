import { GoNumber, GoObject, GoSyntaxError } from './go-scan.js';
import type { GoValue } from './go-scan.js';

/**
 * Turns a JSON value into a field of a request as Go's encoding/json does. `previous` is what the field holds already: a repeated
 * name decodes over the earlier one, and `null` leaves a plain field as it was.
 */
export interface GoDecoder<T> {
  readonly zero: T;
  decode(value: GoValue, previous: T): T;
}

export type Decoded<D> = D extends GoDecoder<infer T> ? T : never;

function mismatch(expected: string): GoSyntaxError {
  return new GoSyntaxError(`expected ${expected}`);
}

export const goString: GoDecoder<string> = {
  zero: '',
  decode(value, previous) {
    if (value === null) return previous;
    if (typeof value !== 'string') throw mismatch('a string');
    return value;
  },
};

export const goBool: GoDecoder<boolean> = {
  zero: false,
  decode(value, previous) {
    if (value === null) return previous;
    if (typeof value !== 'boolean') throw mismatch('true or false');
    return value;
  },
};

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** A 64-bit integer, written as one: `443.0`, `4.43e2` and `"443"` are refused. Beyond 2^53 the nearest JavaScript number. */
export const goInt: GoDecoder<number> = {
  zero: 0,
  decode(value, previous) {
    if (value === null) return previous;
    if (!(value instanceof GoNumber) || !/^-?[0-9]{1,19}$/.test(value.text)) throw mismatch('an integer');
    const exact = BigInt(value.text);
    if (exact < MIN_INT64 || exact > MAX_INT64) throw mismatch('a 64-bit integer');
    return Number(exact);
  },
};

export const goFloat: GoDecoder<number> = {
  zero: 0,
  decode(value, previous) {
    if (value === null) return previous;
    const number = value instanceof GoNumber ? Number(value.text) : Number.NaN;
    if (!Number.isFinite(number)) throw mismatch('a number');
    return number;
  },
};

/** A raw value: whatever stands there, repeated names included. */
export const goAny: GoDecoder<GoValue> = { zero: null, decode: (value) => value };

/** A slice: `null` until given. */
export function goList<T>(item: GoDecoder<T>): GoDecoder<readonly T[] | null> {
  return {
    zero: null,
    decode(value) {
      if (value === null) return null;
      if (!isList(value)) throw mismatch('an array');
      return value.map((member) => item.decode(member, item.zero));
    },
  };
}

/** A pointer: `null` until given. */
export function goPointer<T>(target: GoDecoder<T>): GoDecoder<T | null> {
  return {
    zero: null,
    decode: (value, previous) => (value === null ? null : target.decode(value, previous ?? target.zero)),
  };
}

/** A struct. Names match whatever their letter case; unknown names are ignored. */
export function goStruct<Fields extends Readonly<Record<string, GoDecoder<unknown>>>>(
  fields: Fields,
): GoDecoder<{ readonly [Name in keyof Fields]: Decoded<Fields[Name]> }> {
  type Struct = { readonly [Name in keyof Fields]: Decoded<Fields[Name]> };
  const decoders = new Map(Object.entries(fields));
  const zero = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.zero])) as Struct;
  return {
    zero,
    decode(value, previous) {
      if (value === null) return previous;
      if (!(value instanceof GoObject)) throw mismatch('an object');
      const struct: Record<string, unknown> = { ...previous };
      for (const [written, member] of value.members) {
        const name = decoders.has(written) ? written : folded(written);
        const field = decoders.get(name);
        if (field !== undefined) struct[name] = within(name, () => field.decode(member, struct[name]));
      }
      return struct as Struct;
    },
  };
}

/** What does not fit is told with the names that lead to it. */
function within<T>(name: string, decode: () => T): T {
  try {
    return decode();
  } catch (thrown) {
    if (!(thrown instanceof GoSyntaxError)) throw thrown;
    throw new GoSyntaxError(`${name}${/^[\w.]+: /u.test(thrown.message) ? '.' : ': '}${thrown.message}`);
  }
}

/** Go folds case as Unicode does; two characters outside ASCII fold into it: the Kelvin sign (lower-cased to k) and the long s. */
function folded(name: string): string {
  return name.replaceAll('\u017f', 's').toLowerCase();
}

function isList(value: GoValue): value is readonly GoValue[] {
  return Array.isArray(value);
}
