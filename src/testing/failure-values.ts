import type { ComparedValue } from '../compiler/protocol.js';

/** An operand of an expression that was not true: `left: {"slow"}`, `authz.allow: undefined`. */
export function valueLine({ role, text, value = 'undefined' }: ComparedValue): string {
  return `${role === 'operand' ? text || 'value' : role}: ${value}`;
}
