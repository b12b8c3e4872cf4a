import type { Candidate, Gate } from '../../engine/candidate.js';
import { GatewayError } from '../../errors.js';
import type { Diagnostic } from '../../policy/diagnostic.js';
import type { Revision } from '../../policy/revision.js';
import { emptiedBlockLists, lostEntrypoints, lostModules, openedDataDefaults, openedDefaults, shrunkData } from './findings.js';
import type { Finding } from './findings.js';
import type { GuardName } from './guard-names.js';

export type GuardMode = 'off' | 'warn' | 'enforce';

/** Modes by guard, as in the configuration. */
export interface GuardSettings extends Readonly<Record<GuardName, GuardMode>> {
  /** Per cent of its bytes that the data may lose. */
  readonly shrink: number;
}

export interface GuardGateOptions {
  readonly guards: GuardSettings;
  readonly serving: () => Revision | undefined;
  /** Entrypoints that were asked for within the last day. */
  readonly asked: () => readonly string[];
}

/** Places that one guard tells of. */
const MAX_FINDINGS = 20;

/**
 * Looks at what a candidate would take away. Throws `policy_guard` for a guard that is enforced, unless the caller accepts it by name or
 * forces the reload; warns otherwise.
 */
export function createGuardGate({ guards, serving, asked }: GuardGateOptions): Gate {
  return (candidate: Candidate, { force = false, accept = [] }) => {
    const before = serving();
    if (before === undefined) return [];
    const seen: Readonly<Record<GuardName, () => readonly Finding[]>> = {
      modules: () => lostModules(before, candidate),
      entrypoints: () => lostEntrypoints(before, candidate, asked()),
      defaults: () => [...openedDefaults(before, candidate), ...openedDataDefaults(before, candidate)],
      block_lists: () => emptiedBlockLists(before, candidate),
      data: () => shrunkData(before, candidate, guards.shrink),
    };
    const warnings: Diagnostic[] = [];
    const refused: Diagnostic[] = [];
    for (const [name, look] of Object.entries(seen) as [GuardName, () => readonly Finding[]][]) {
      if (guards[name] === 'off') continue;
      const enforced = guards[name] === 'enforce' && !force && !accept.includes(name);
      const found = look().slice(0, MAX_FINDINGS);
      (enforced ? refused : warnings).push(...found.map((finding) => diagnostic(name, finding, enforced)));
    }
    const [first] = refused;
    if (first === undefined) return warnings;
    const more = refused.length > 1 ? ` (and ${refused.length - 1} more)` : '';
    throw new GatewayError('policy_guard', `${first.message}${more}`, { details: { diagnostics: [...refused, ...warnings] } });
  };
}

/**
 * A folder without a module is refused whatever guard is on and whoever accepts it, since nothing in it could decide; what would have been lost
 * is said beside that. The error as it came, unless it is `policy_no_modules` of a folder that served.
 */
export function sayingWhatIsLost(thrown: unknown, before: Revision | undefined, mode: GuardMode): unknown {
  const packages = before?.policy.packages ?? [];
  if (!(thrown instanceof GatewayError) || thrown.code !== 'policy_no_modules' || packages.length === 0 || mode === 'off') return thrown;
  const finding = { path: 'data', was: packages.join(', '), is: 'nothing; a folder without a module cannot be accepted' };
  const lost = { ...diagnostic('modules', finding, false), severity: 'error' as const };
  return new GatewayError(thrown.code, thrown.message, { cause: thrown.cause, details: { ...thrown.details, diagnostics: [lost] } });
}

const MEANING: Readonly<Record<GuardName, string>> = {
  modules: 'every package would be gone',
  entrypoints: 'an entrypoint in use would be gone',
  defaults: 'a default that refuses would let through',
  block_lists: 'a block list would be empty',
  data: 'the data would shrink',
};

function diagnostic(name: GuardName, { path, was, is }: Finding, enforced: boolean): Diagnostic {
  const how = enforced ? `; to serve it all the same: policy reload --accept ${name}` : '';
  return {
    severity: enforced ? 'error' : 'warning',
    code: `guard_${name}`,
    path,
    message: `guard ${name}: ${MEANING[name]}: ${path}: ${was} -> ${is}${how}`,
  };
}
