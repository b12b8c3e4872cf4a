import Table from 'cli-table3';
import type { AuditEvent } from '../audit/event.js';
import type { Paint } from './paint.js';

/** Events as a table without lines, so that a pipe can cut and grep it. */
export function renderEvents(events: readonly AuditEvent[], paint: Paint): string {
  const table = new Table({
    head: ['TIME', 'ACTION', 'ACTOR', 'OUTCOME', 'DETAILS'].map((title) => paint('dim', title)),
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const { timestamp, action, actor, outcome, details } of events) {
    const word = outcome ?? '';
    table.push([timestamp, action, actor, word === 'rejected' ? paint('red', word) : word, details]);
  }
  return table.toString();
}
