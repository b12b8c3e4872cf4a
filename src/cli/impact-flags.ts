import { Flags } from '@oclif/core';
import { GatewayError } from '../errors.js';
import { parseAllowance } from '../impact/budget.js';
import type { ImpactBudget } from '../impact/budget.js';
import { DECISION_FLAGS } from './decision-flags.js';

/** Decisions that one run looks at where a time or a file says which: some minutes of work at most. */
const MAX_DECISIONS = 1_000_000;

/** Which decisions `policy impact` runs again, with what they are compared, and what it may come to. */
export const IMPACT_FLAGS = {
  last: Flags.integer({
    char: 'n',
    min: 1,
    max: MAX_DECISIONS,
    description: 'The last so many decisions (default: gates.impact_sample, all with --since or --log); of an export the first so many',
  }),
  since: Flags.string({ description: 'Decisions from this time on: a time (ISO 8601), or how long ago (15m, 24h)' }),
  path: DECISION_FLAGS.path,
  log: Flags.string({ description: 'Decisions of this export, one record a line, instead of those of the data folder' }),
  from: Flags.string({
    description:
      'What is compared with: a revision or a folder, or `recorded` for what was decided then (default: serving, recorded with --log)',
  }),
  'fail-on': Flags.custom<Partial<ImpactBudget>>({
    parse: (text) => Promise.resolve(parseFailOn(text)),
    description: 'End with 1 when there are more, e.g. deny_to_allow=0,allow_to_deny=0.5%,errors=0,slowdown=2',
  })(),
  format: Flags.option({ options: ['pretty', 'junit'] as const, default: 'pretty' as const, description: 'Shape of the report' })(),
};

/** How many decisions are looked at. */
export function impactLimit(
  { last, since, log }: { readonly last?: number | undefined; readonly since?: string | undefined; readonly log?: string | undefined },
  sample: number,
): number {
  return last ?? (since === undefined && log === undefined ? sample : MAX_DECISIONS);
}

const COUNTED = ['deny_to_allow', 'allow_to_deny', 'errors'] as const;

/** `deny_to_allow=0,errors=1%,slowdown=2`. Throws `usage`. */
export function parseFailOn(text: string): Partial<ImpactBudget> {
  const budget: Partial<Record<keyof ImpactBudget, unknown>> = {};
  for (const part of text.split(',')) {
    const [, name = '', amount = ''] = /^\s*([a-z_]+)\s*=\s*(\S+)\s*$/u.exec(part) ?? [];
    const counted = COUNTED.find((one) => one === name);
    const most = counted === undefined && name === 'slowdown' ? ratio(amount) : parseAllowance(amount);
    if ((counted === undefined && name !== 'slowdown') || most === undefined) throw refused(part);
    if (name in budget) throw new GatewayError('usage', `--fail-on: ${name} is given twice`);
    budget[counted ?? 'slowdown'] = most;
  }
  return budget as Partial<ImpactBudget>;
}

function ratio(text: string): number | undefined {
  return /^\d{1,6}(?:\.\d{1,3})?$/u.test(text) && Number(text) >= 1 ? Number(text) : undefined;
}

function refused(part: string): GatewayError {
  const names = `${COUNTED.join(', ')} with a count or a share such as 0.5%, or slowdown with a factor from 1`;
  return new GatewayError('usage', `--fail-on: Expected ${names}, got ${part.trim() === '' ? 'nothing' : part.trim()}`);
}
