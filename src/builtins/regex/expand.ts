import type { Match } from './pattern.js';

/** `$1`, `$name`, `${name}`: the longest run of letters, digits and underscores is the name. */
const REFERENCE = /^\$(?:\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/u;

/** Beyond this Go takes a number for a name. */
const MAX_GROUP = 100_000_000;

/** The replacement with its references filled in, as Go's Regexp.Expand does; `names` gives the place of each named group. */
export function expand(replacement: string, match: Match, names: Readonly<Record<string, number>>): string {
  let result = '';
  let rest = replacement;
  for (let at = rest.indexOf('$'); at >= 0; at = rest.indexOf('$')) {
    result += rest.slice(0, at);
    rest = rest.slice(at);
    const reference = REFERENCE.exec(rest);
    if (rest.startsWith('$$')) {
      result += '$';
      rest = rest.slice(2);
    } else if (reference === null) {
      result += '$';
      rest = rest.slice(1);
    } else {
      result += group(reference[1] ?? reference[2] ?? '', match, names);
      rest = rest.slice(reference[0].length);
    }
  }
  return result + rest;
}

function group(name: string, match: Match, names: Readonly<Record<string, number>>): string {
  if (/^(0|[1-9][0-9]*)$/.test(name) && Number(name) < MAX_GROUP * 10) return match.groups[Number(name)] ?? '';
  const index = Object.hasOwn(names, name) ? names[name] : undefined;
  return index === undefined ? '' : (match.groups[index] ?? '');
}
