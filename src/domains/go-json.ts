import { wellFormed } from './go-scan.js';

const ESCAPED = /[<>&\u2028\u2029]/g;
/** What JSON.stringify makes of half a surrogate pair. A written-out backslash before it makes this match too: only a hint. */
const LONE_SURROGATE_HINT = /\\ud[89a-f]/;

/**
 * A value as Go's encoding/json prints it: compact, names in the order given, `<`, `>`, `&`, U+2028 and U+2029 escaped, half a
 * surrogate pair printed as U+FFFD. Without the newline that Go's encoder puts at the end.
 */
export function goJson(value: unknown): string {
  const text = JSON.stringify(value);
  const sound = LONE_SURROGATE_HINT.test(text) ? JSON.stringify(withoutLoneSurrogates(value)) : text;
  return sound.replace(ESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function withoutLoneSurrogates(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (Array.isArray(value)) return value.map(withoutLoneSurrogates);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [wellFormed(name), withoutLoneSurrogates(member)]));
}
