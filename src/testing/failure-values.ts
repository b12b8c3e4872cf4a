import type { ComparedValue } from '../compiler/protocol.js';

/** An operand of an expression that was not true, by its side or as the file spells it: `left: {"slow"}`, `authz.allow: undefined`. */
export function labelled({ role, text, value = 'undefined' }: ComparedValue): string {
  return `${label({ role, text })}: ${value}`;
}

/** One line each, the values under each other. */
export function valueLines(values: readonly ComparedValue[] = []): string[] {
  const width = Math.max(0, ...values.map((one) => label(one).length));
  return values.map((one) => `${`${label(one)}:`.padEnd(width + 1)} ${one.value ?? 'undefined'}`);
}

function label({ role, text }: Pick<ComparedValue, 'role' | 'text'>): string {
  return role === 'operand' ? text || 'value' : role;
}
