import type { ExplainedDecision } from '../gateway/explain-again.js';
import type { Paint } from './paint.js';

/** Which rules held, and what failed first in those that did not. `before` names what the result is compared with. */
export function renderWhy({ held, notHeld, result, agrees, truncated }: ExplainedDecision, paint: Paint, before = 'recorded'): string {
  return [
    ...(held.length === 0 ? [] : [paint('bold', 'held')]),
    ...held.map(({ rule, place }) => `  ${paint('green', '+')} ${rule}  ${paint('dim', place)}`),
    ...(notHeld.length === 0 ? [] : [paint('bold', 'did not hold')]),
    ...notHeld.flatMap(({ rule, place, failed }) => [
      `  ${paint('red', '-')} ${rule}  ${paint('dim', place)}`,
      `      ${failed.place}: ${failed.expression}  ${paint('dim', failed.values)}`,
    ]),
    ...(truncated ? [paint('yellow', '… more was tried; what is told is cut here')] : []),
    agrees
      ? `${paint('green', 'the same result')} as ${before}`
      : `${paint('red', 'another result')} than ${before}: ${result ?? 'undefined'}`,
  ].join('\n');
}
