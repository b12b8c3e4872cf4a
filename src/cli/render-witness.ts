import { withoutPrivate } from '../domains/grants.js';
import type { WitnessSearch } from '../impact/witness/search.js';
import type { Paint } from './paint.js';
import { count } from './render-diagnostics.js';

/** Longest value that is printed. */
const MAX_VALUE = 600;

/** The input with both decisions, or how much was tried in vain. */
export function renderWitness(search: WitnessSearch, paint: Paint): string {
  const { witness, tried, recorded, narrowed, other, failed, packages, durationMs } = search;
  if (packages.length === 0) return 'witness: no package with inputs is reached by the edit: nothing was tried';
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  const first = recorded === 0 ? '' : `, ${recorded} of them recorded`;
  const counts = [
    `${count(tried, 'input')} in ${seconds}${first}`,
    `${narrowed} refused now`,
    `${other} decided otherwise`,
    `${failed} failed`,
  ];
  const trail = paint('dim', `  ${counts.join(', ')}`);
  if (witness === undefined) {
    return `witness: ${paint('green', 'none found')} that was refused and is let through now; this is a search, not a proof\n${trail}`;
  }
  return [
    `witness: ${paint('red', 'refused before, let through now')}: data.${witness.path.replaceAll('/', '.')}`,
    `  input  ${JSON.stringify(witness.input)}`,
    `  before ${shown(witness.before)}`,
    `  after  ${shown(witness.after)}`,
    trail,
  ].join('\n');
}

function shown(value: unknown): string {
  if (value === undefined) return 'undefined';
  const text = JSON.stringify(withoutPrivate(value));
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE)}…`;
}
