import { pad } from './directive.js';
import type { Directive } from './directive.js';
import { formatFloatVerb } from './floats.js';
import { goTypeName } from './go-value.js';
import type { GoMap, GoSlice, GoValue } from './go-value.js';
import { bigIntegerStruct, formatBigInteger, formatInteger } from './integers.js';
import { canBackquote, quoteString } from './quote.js';

/** One value under one verb, as Go's fmt prints it, with its texts for a verb that does not fit. */
export function formatValue(value: GoValue, verb: string, directive: Directive): string {
  if (verb === 'T') return formatString(goTypeName(value), 's', directive) ?? '';
  if (value === null) return verb === 'v' ? pad('<nil>', directive) : `%!${verb}(<nil>)`;
  if (verb === 'p') return badVerb(value, verb, directive);
  return byType(value, verb, directive) ?? badVerb(value, verb, directive);
}

function byType(value: Exclude<GoValue, null>, verb: string, directive: Directive): string | undefined {
  if (typeof value === 'string') return formatString(value, verb, directive);
  if (typeof value === 'boolean') return verb === 't' || verb === 'v' ? pad(String(value), directive) : undefined;
  switch (value.type) {
    case 'int':
    case 'int64':
      return formatInteger(value.value, verb, directive);
    case '*big.Int':
      return verb === 'w' ? undefined : formatBigInteger(value.value, verb, directive);
    case 'float64':
      return formatFloatVerb(value.value, verb, directive);
    case 'json.Number':
      return formatString(value.text, verb, directive);
    case '[]interface {}':
      return formatSlice(value, verb, directive);
    case 'map[string]interface {}':
      return formatMap(value, verb, directive);
  }
}

function badVerb(value: Exclude<GoValue, null>, verb: string, directive: Directive): string {
  const isBig = typeof value === 'object' && value.type === '*big.Int';
  const shown = isBig ? bigIntegerStruct(value.value) : (byType(value, 'v', directive) ?? '');
  return `%!${verb}(${goTypeName(value)}=${shown})`;
}

function formatString(text: string, verb: string, directive: Directive): string | undefined {
  switch (verb) {
    case 'v':
      return directive.sharpV ? quoted(text, directive) : pad(truncate(text, directive), directive);
    case 's':
      return pad(truncate(text, directive), directive);
    case 'q':
      return quoted(text, directive);
    case 'x':
    case 'X':
      return hexBytes(text, verb, directive);
    default:
      return undefined;
  }
}

function truncate(text: string, { precision }: Directive): string {
  if (precision === undefined || text.length <= precision) return text;
  return Array.from(text).slice(0, precision).join('');
}

function quoted(text: string, directive: Directive): string {
  const kept = truncate(text, directive);
  if (directive.sharp && canBackquote(kept)) return pad(`\`${kept}\``, directive);
  return pad(quoteString(kept, directive.plus), directive);
}

function hexBytes(text: string, verb: 'x' | 'X', directive: Directive): string {
  const bytes = Buffer.from(text).subarray(0, directive.precision);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const cased = verb === 'X' ? hex.map((pair) => pair.toUpperCase()) : hex;
  if (cased.length === 0) return pad('', directive, directive.zero && !directive.minus);
  const prefix = directive.sharp ? `0${verb}` : '';
  return pad(directive.space ? cased.map((pair) => prefix + pair).join(' ') : prefix + cased.join(''), directive);
}

function formatSlice(slice: GoSlice, verb: string, directive: Directive): string {
  const items = slice.items.map((item) => formatNested(item, verb, directive));
  return directive.sharpV ? `${slice.type}{${items.join(', ')}}` : `[${items.join(' ')}]`;
}

function formatMap(map: GoMap, verb: string, directive: Directive): string {
  const entries = map.entries.map(([key, value]) => `${formatNested(key, verb, directive)}:${formatNested(value, verb, directive)}`);
  return directive.sharpV ? `${map.type}{${entries.join(', ')}}` : `map[${entries.join(' ')}]`;
}

function formatNested(value: GoValue, verb: string, directive: Directive): string {
  if (value === null) return directive.sharpV ? 'interface {}(nil)' : '<nil>';
  return formatValue(value, verb, directive);
}
