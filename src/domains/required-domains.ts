import type { Candidate } from '../engine/candidate.js';
import type { ReloadOptions } from '../engine/reload-request.js';
import { GatewayError } from '../errors.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { nothingLeft } from '../policy/revision.js';
import type { CompiledPolicy, Revision } from '../policy/revision.js';
import type { DomainName } from './domain.js';
import { DOMAINS } from './registry.js';

/** Code of the diagnostic that says that a domain was answered before and no longer is. */
export const DOMAIN_LOST = 'domain_lost';

/** Domains whose package is there to be evaluated. */
function answered({ entrypoints }: Pick<CompiledPolicy, 'entrypoints'>): readonly DomainName[] {
  const paths = new Set(entrypoints.map(({ path }) => path));
  return Object.values(DOMAINS).flatMap(({ name, entrypoint }) => (paths.has(entrypoint) ? [name] : []));
}

/** The domains that findings name as lost. */
export function lostDomains(diagnostics: readonly Diagnostic[]): readonly DomainName[] {
  const paths = new Set(diagnostics.flatMap(({ code, path = '' }) => (code === DOMAIN_LOST ? [path] : [])));
  return Object.values(DOMAINS).flatMap(({ name, entrypoint }) => (paths.has(pathOf(entrypoint)) ? [name] : []));
}

function pathOf(entrypoint: string): string {
  return `data.${entrypoint.replaceAll('/', '.')}`;
}

function lost(name: DomainName, severity: Diagnostic['severity']): Diagnostic {
  const path = pathOf(DOMAINS[name].entrypoint);
  return { severity, code: DOMAIN_LOST, path, message: `no module makes ${path}: every ${name} decision would be refused` };
}

export interface DomainGateOptions {
  /**
   * `policy.required_domains`; undefined requires what the serving revision answers, which a caller may pass by force, or by accepting that
   * every package goes.
   */
  readonly required: readonly DomainName[] | undefined;
  /** What serves now. */
  readonly serving: () => Revision | undefined;
}

/**
 * A decision domain does not vanish without a word: one that is required rejects the candidate (throws `policy_domain_lost`), any other
 * that was answered before goes with a warning, which stays with the revisions that follow until the domain is back.
 */
export function createDomainGate({ required, serving }: DomainGateOptions): (candidate: Candidate, options: ReloadOptions) => Diagnostic[] {
  return ({ policy }, { force = false, accept = [] }) => {
    const current = serving();
    const accepted = force || (accept.includes('modules') && current !== undefined && nothingLeft(current.policy, policy));
    const before = current === undefined ? [] : answered(current.policy);
    const now = answered(policy);
    const gone = (names: readonly DomainName[]): readonly DomainName[] => names.filter((name) => !now.includes(name));
    const missing = gone(required ?? (accepted ? [] : before));
    if (missing.length > 0) throw rejection(missing);
    return gone([...before, ...lostDomains(current?.warnings ?? [])]).map((name) => lost(name, 'warning'));
  };
}

function rejection(missing: readonly DomainName[]): GatewayError {
  const diagnostics = missing.map((name) => lost(name, 'error'));
  const what = missing.length === 1 ? `the domain ${missing.join()}` : `the domains ${missing.join(', ')}`;
  return new GatewayError('policy_domain_lost', `${what} would be answered no more`, { details: { diagnostics } });
}
