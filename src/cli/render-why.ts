import type { ExplainedDecision } from '../gateway/explain-decision.js';
import type { Paint } from './paint.js';

/** Which rules held, and what failed first in those that did not. */
export function renderWhy({ held, notHeld, result, agrees, truncated }: ExplainedDecision, paint: Paint): string {
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
      ? `${paint('green', 'the same result')} as recorded`
      : `${paint('red', 'another result')} than recorded: ${result ?? 'undefined'}`,
  ].join('\n');
}
