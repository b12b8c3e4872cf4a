import type { RegoValue } from '../value/value.js';
import { RegoSet } from '../value/value.js';
import { BuiltinError } from './builtin.js';
import type { BuiltinContext, BuiltinGroup } from './builtin.js';
import { byteString, textFromByteString } from './bytes.js';
import { intOperand } from './numeric.js';
import { isArray, refuseOperand, stringOperand, stringsOperand } from './operands.js';
import { checkTextLength } from './text-limit.js';

/** A unit of work is to compare 1 << COMPARED characters of two texts. */
const COMPARED = 8;

type AffixMatch = (text: string, affix: string) => boolean;

function anyAffixMatch(match: AffixMatch): (context: BuiltinContext, ...args: readonly RegoValue[]) => boolean {
  return ({ step }, search = null, base = null) => {
    const texts = stringOrStrings(search, 1);
    const affixes = stringOrStrings(base, 2);
    return texts.some((text) =>
      affixes.some((affix) => {
        step(1 + (affix.length >> COMPARED));
        return match(text, affix);
      }),
    );
  };
}

function stringOrStrings(value: RegoValue, position: number): readonly string[] {
  if (typeof value === 'string') return [value];
  if (isArray(value) || value instanceof RegoSet) return stringsOperand(value, position);
  return refuseOperand(position, value, 'string', 'set', 'array');
}

function count(_context: BuiltinContext, text: RegoValue = null, search: RegoValue = null): RegoValue {
  const base = stringOperand(text, 1);
  const wanted = stringOperand(search, 2);
  if (wanted === '') return Array.from(base).length + 1;
  return base.split(wanted).length - 1;
}

function splitN(_context: BuiltinContext, text: RegoValue = null, delimiter: RegoValue = null, limit: RegoValue = null): RegoValue {
  const base = stringOperand(text, 1);
  const separator = stringOperand(delimiter, 2);
  const n = Number(intOperand(limit, 3));
  const parts = separator === '' ? Array.from(base) : base.split(separator);
  return n >= 0 ? parts.slice(0, n) : parts.slice(Math.max(parts.length + n, 0));
}

/** Every place where the search string begins, overlaps too, counted in code points. */
function indexOfN({ step }: BuiltinContext, text: RegoValue = null, search: RegoValue = null): RegoValue {
  const base = stringOperand(text, 1);
  const wanted = stringOperand(search, 2);
  if (wanted === '') throw new BuiltinError('empty search character');
  const places: number[] = [];
  let codePoints = 0;
  let counted = 0;
  for (let at = base.indexOf(wanted); at >= 0; at = base.indexOf(wanted, at + 1)) {
    step(1 + (wanted.length >> COMPARED));
    codePoints += Array.from(base.slice(counted, at)).length;
    counted = at;
    places.push(codePoints);
  }
  return places;
}

/** Where the search string begins, in code points. */
function indexOf(_context: BuiltinContext, text: RegoValue = null, search: RegoValue = null): RegoValue {
  const base = stringOperand(text, 1);
  const wanted = stringOperand(search, 2);
  if (wanted === '') throw new BuiltinError('empty search character');
  const at = base.indexOf(wanted);
  return at <= 0 ? at : Array.from(base.slice(0, at)).length;
}

function concat(_context: BuiltinContext, delimiter: RegoValue = null, texts: RegoValue = null): RegoValue {
  const separator = stringOperand(delimiter, 1);
  if (!isArray(texts) && !(texts instanceof RegoSet)) return refuseOperand(2, texts, 'set', 'array');
  const parts = stringsOperand(texts, 2);
  checkTextLength(parts.reduce((sum, { length }) => sum + length, separator.length * Math.max(parts.length - 1, 0)));
  return parts.join(separator);
}

/** Of an empty string there is one between any two bytes, characters apart or not, and one at either end. */
function replace({ step }: BuiltinContext, text: RegoValue = null, old: RegoValue = null, replacement: RegoValue = null): RegoValue {
  const base = stringOperand(text, 1);
  const wanted = stringOperand(old, 2);
  const other = stringOperand(replacement, 3);
  const parts = wanted === '' ? ['', ...Array.from(byteString(base)), ''] : base.split(wanted);
  checkTextLength(base.length + other.length * (parts.length - 1));
  return wanted === '' ? textFromByteString(parts.join(byteString(other)), step) : parts.join(other);
}

export const stringBuiltins: BuiltinGroup = {
  concat,
  indexof: indexOf,
  replace,
  'strings.any_prefix_match': anyAffixMatch((text, affix) => text.startsWith(affix)),
  'strings.any_suffix_match': anyAffixMatch((text, affix) => text.endsWith(affix)),
  'strings.count': count,
  'strings.split_n': splitN,
  indexof_n: indexOfN,
};
