import type { Replay } from './report.js';

/** A count, or a share of the replayed decisions in percent. */
export type Allowance = number | { readonly percent: number };

/** How much an edit may do to recorded decisions. */
export interface ImpactBudget {
  readonly deny_to_allow: Allowance;
  readonly allow_to_deny: Allowance;
  readonly errors: Allowance;
  /** Of the 95th percentile of any path. */
  readonly slowdown: number;
}

/** Quicker than this nobody waits for it, and the clock is too coarse to tell a ratio. */
const NEGLIGIBLE_MS = 0.5;

/** What is over the budget, one line each; none when it is kept. A budget that leaves a figure out does not ask for it. */
export function overBudget(replay: Replay, budget: Partial<ImpactBudget>): readonly string[] {
  const over: string[] = [];
  for (const name of ['deny_to_allow', 'allow_to_deny', 'errors'] as const) {
    const allowed = budget[name];
    if (allowed === undefined) continue;
    const most = typeof allowed === 'number' ? allowed : (replay.replayed * allowed.percent) / 100;
    const asked = typeof allowed === 'number' ? String(allowed) : `${allowed.percent} %`;
    if (replay[name] > most) over.push(`${replay[name]} ${WORDS[name]} of ${replay.replayed} replayed decisions (at most ${asked})`);
  }
  const { slowdown } = budget;
  if (slowdown === undefined) return over;
  for (const { path, p95_ms: p95, slowdown: ratio } of replay.paths) {
    if (ratio !== null && p95 !== null && p95.after >= NEGLIGIBLE_MS && ratio > slowdown)
      over.push(`${path} takes ${ratio} times as long (at most ${slowdown})`);
  }
  return over;
}

const WORDS = { deny_to_allow: 'deny -> allow', allow_to_deny: 'allow -> deny', errors: 'new errors' } as const;

/** `3` or `0.5%`. Undefined for what is neither. */
export function parseAllowance(text: string): Allowance | undefined {
  const [, digits, percent] = /^(\d{1,9}(?:\.\d{1,3})?)(%)?$/u.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  const amount = Number(digits);
  if (percent === undefined) return Number.isInteger(amount) ? amount : undefined;
  return amount <= 100 ? { percent: amount } : undefined;
}
