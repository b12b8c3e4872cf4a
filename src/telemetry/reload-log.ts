import { DOMAIN_LOST, lostDomains } from '../domains/required-domains.js';
import type { Effects } from '../engine/effects.js';
import type { Outcome } from '../engine/engine.js';
import { isAsked } from '../engine/reload-request.js';
import type { Log } from '../log.js';
import { placed } from '../policy/diagnostic.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { shortId } from '../policy/source-set.js';

/** Diagnostics that one log line carries; the rest is in the answer and in the status. */
const MAX_DIAGNOSTICS = 20;

/** Names of changed files that one log line carries. */
const MAX_NAMES = 5;

/** The record that says a part of the gateway changed its state. */
interface LifecycleRecord {
  readonly subsystem: 'policy';
  readonly transition: 'completed' | 'alert';
  readonly details: { readonly policy_dir: string; readonly source: string; readonly transition_raw: 'reload' };
}

function short(revision: string | undefined): string {
  return revision === undefined ? 'none' : shortId(revision);
}

/** Place, message and hint. */
function locateDiagnostic(found: Diagnostic): string {
  return found.hint === undefined ? placed(found) : `${placed(found)} (${found.hint})`;
}

function lifecycle(outcome: Outcome, policyDir: string): LifecycleRecord {
  return {
    subsystem: 'policy',
    transition: outcome.status === 'rejected' ? 'alert' : 'completed',
    details: { policy_dir: policyDir, source: outcome.trigger === 'watch' ? 'watcher' : outcome.trigger, transition_raw: 'reload' },
  };
}

/** What nobody judged was not rejected. */
const FAILED: Readonly<Partial<Record<string, string>>> = {
  compiler_missing: 'policy not compiled',
  compiler_version_mismatch: 'policy not compiled',
  compiler_crashed: 'policy not compiled',
  compiler_timeout: 'policy not compiled',
  compiler_closed: 'policy not compiled',
  compiler_protocol: 'policy not compiled',
  policy_dir_missing: 'policy not read',
  policy_unreadable: 'policy not read',
  policy_read_timeout: 'policy not read',
  policy_unsettled: 'policy not read',
};

function rejection(outcome: Outcome): string {
  const [first, ...rest] = outcome.diagnostics.filter(({ severity }) => severity === 'error');
  const what = first === undefined ? (outcome.error?.message ?? 'unknown reason') : locateDiagnostic(first);
  const others = rest.length + (outcome.omitted ?? 0);
  const more = others === 0 ? '' : ` (and ${others} more)`;
  return `${FAILED[outcome.error?.code ?? ''] ?? 'policy rejected'}: ${what}${more}; ${savedElsewhere(outcome)}${whatServes(outcome)}`;
}

function whatServes({ revision, recovered }: Outcome): string {
  if (revision === undefined) return 'no revision serves';
  return `${recovered === true ? 'serving the last good revision' : 'still serving'} ${short(revision)}`;
}

/** `policy reloaded`, `policy rolled back`, with the reason that was given. */
function reloaded(outcome: Outcome, times: string): string {
  const change = `${short(outcome.previousRevision)} -> ${short(outcome.revision)}`;
  const verb = outcome.trigger === 'rollback' ? 'rolled back' : 'reloaded';
  const { reason } = outcome.asked;
  const what = [change, `${outcome.modules} modules`, ...(outcome.pin === undefined ? [] : ['pinned']), ...whatChanged(outcome)];
  return `policy ${verb}: ${what.join(', ')} (${times})${reason === undefined ? '' : `: ${reason}`}`;
}

/** That it mends, what was saved, and how much of the policy that changes. */
function whatChanged(outcome: Outcome): string[] {
  return [...(outcome.mended === true ? ['mended'] : []), ...changedNames(outcome), ...effectCounts(outcome.effects)];
}

/** What was saved, as far as a line has room for it. */
function changedNames({ changes, previousRevision }: Outcome): string[] {
  if (changes === undefined || previousRevision === undefined) return [];
  const names = [...changes.changed, ...changes.added.map((name) => `+${name}`), ...changes.removed.map((name) => `-${name}`)];
  if (names.length === 0) return [];
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return [`${names.slice(0, MAX_NAMES).join(' ')}${more}`];
}

/** `2 rules`, `1 data path`; of a change in comments, `no rule and no data`. Lists that were cut are counted as `100+`. */
function effectCounts(effects: Effects | undefined): string[] {
  if (effects === undefined) return [];
  const { rules, data, cut } = effects;
  const counts = [
    [Object.values(rules).flat().length, 'rule'],
    [data.length, 'data path'],
  ] as const;
  const told = counts.flatMap(([count, what]) =>
    count === 0 ? [] : [`${count}${cut ? '+' : ''} ${what}${count === 1 && !cut ? '' : 's'}`],
  );
  return told.length === 0 ? ['no rule and no data'] : told;
}

/** What was saved, where that is not just the file that the first finding is in. */
function savedElsewhere(outcome: Outcome): string {
  const names = changedNames(outcome);
  const found = outcome.diagnostics.find(({ severity }) => severity === 'error')?.file;
  return names.length === 0 || names[0] === found ? '' : `saved: ${names.join('')}; `;
}

/** One line per attempt: info when the revision changed, error when it was rejected, debug when nothing was new and nobody had asked. */
export function logOutcome(log: Log, outcome: Outcome, policyDir: string): void {
  const stages = Object.entries(outcome.stages).map(([stage, ms]) => [stage, Math.round(ms * 10) / 10] as const);
  const fields = {
    lifecycle: lifecycle(outcome, policyDir),
    trigger: outcome.trigger,
    duration_ms: Math.round(outcome.durationMs * 10) / 10,
    stages: Object.fromEntries(stages),
    ...(outcome.mended === true ? { mended: true } : {}),
  };
  switch (outcome.status) {
    case 'reloaded': {
      const times = stages.map(([stage, ms]) => `${stage} ${ms} ms`).join(', ');
      log.info({ ...fields, modules: outcome.modules, changes: outcome.changes, effects: outcome.effects }, reloaded(outcome, times));
      logWarnings(log, outcome);
      for (const domain of lostDomains(outcome.diagnostics)) {
        log.warn(
          { domain, revision: short(outcome.revision) },
          `the domain ${domain} is answered no more: every decision of it is refused`,
        );
      }
      return;
    }
    case 'held': {
      const gives = outcome.candidate === undefined ? 'another revision' : short(outcome.candidate);
      log.warn(
        { ...fields, changes: outcome.changes, effects: outcome.effects },
        `policy held: pinned to ${short(outcome.revision)}; the folder would give ${[gives, ...whatChanged(outcome)].join(', ')}`,
      );
      return;
    }
    case 'unchanged':
      if (outcome.mended === true) log.info(fields, `policy mended: the folder holds ${short(outcome.revision)} again`);
      // Whoever asked for it reads here that it was done; the watcher looks often and asks for itself.
      else
        log[isAsked(outcome.trigger) ? 'info' : 'debug'](
          fields,
          `policy unchanged: the folder holds ${short(outcome.revision)}, which serves`,
        );
      return;
    case 'rejected':
      log.error(
        {
          ...fields,
          code: outcome.error?.code,
          changes: outcome.changes,
          diagnostics: outcome.diagnostics.slice(0, MAX_DIAGNOSTICS).map(locateDiagnostic),
        },
        rejection(outcome),
      );
  }
}

/** Codes of warnings that have a line of their own. */
const TOLD_APART: ReadonlySet<string> = new Set([DOMAIN_LOST]);

/** One line for all: they do not keep a revision from serving, and come again at each reload until they are mended. */
function logWarnings(log: Log, { diagnostics, revision }: Outcome): void {
  const found = diagnostics.filter(({ severity, code }) => severity === 'warning' && !TOLD_APART.has(code));
  const [first, ...rest] = found;
  if (first === undefined) return;
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
  log.warn(
    { revision: short(revision), warnings: found.slice(0, MAX_DIAGNOSTICS).map(locateDiagnostic) },
    `policy warning: ${locateDiagnostic(first)}${more}`,
  );
}
