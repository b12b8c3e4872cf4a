import type { Random } from './random.js';

/** What policies forget to think of. */
const ODDITIES: readonly unknown[] = [null, true, false, '', 'x', 0, 1, -1, 1e6, [], {}, ['x']];

/** Longest text that is made. */
const MAX_TEXT = 300;

/** Something that a comparison with `value` may tell from it. */
export function variant(value: unknown, random: Random): unknown {
  if (typeof value === 'string') return variantOfText(value, random).slice(0, MAX_TEXT);
  if (typeof value === 'number') return random.pick([value, value + 1, value - 1, value + 0.5, -value, value * 2, 0, String(value)]);
  if (typeof value === 'boolean') return random.pick([value, !value]);
  if (Array.isArray(value) && value.length > 0) return random.pick([value, random.pick(value as unknown[]), value.slice(1)]);
  return value;
}

function variantOfText(text: string, random: Random): string {
  return random.pick([
    ...[text.toUpperCase(), text.toLowerCase(), capitalised(text), ` ${text} `, `${text}.`, `${text}x`, `x${text}`, `x.${text}`],
    ...[`${text}/x`, `x/${text}`, `x/${text}/x`, text.slice(1), text.slice(0, -1), `[${text}]`],
    // A pattern that stands for many: some of them.
    ...[text.replaceAll('*', 'x'), text.replace('*.', ''), text.split('/')[0] ?? text],
  ]);
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();
}

export function oddity(random: Random): unknown {
  return random.pick(ODDITIES);
}
