import type { Rehearsal } from '../engine/engine.js';
import type { ReloadOptions } from '../engine/reload-request.js';
import { asGatewayError } from '../errors.js';
import type { GatewayError } from '../errors.js';
import type { GateWord } from '../gates/gate-report.js';
import { compareApart } from '../history/compare/compare-apart.js';
import type { Comparison } from '../history/compare/compare.js';
import type { Log } from '../log.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { diagnosticsOf } from '../policy/error-diagnostics.js';
import { shortId } from '../policy/source-set.js';
import { reported } from './gate-parts.js';
import type { GateParts } from './gate-parts.js';
import type { PolicyEngine } from './policy-engine.js';

/** What a reload would come to at this moment. Named as on the wire. */
export interface DryRun {
  readonly dry_run: true;
  /** `accepted`: a reload would serve the folder. */
  readonly status: Rehearsal['status'];
  /** Full ids; null for none. */
  readonly serving: string | null;
  readonly candidate: string | null;
  /** What a reload would end with; absent unless it would be rejected. */
  readonly code?: string;
  readonly error?: string;
  /** Everything that would reject it, not the first alone. */
  readonly diagnostics: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  /** By name of the gate, as in the answer of a reload; a gate that is off, or has nothing to look at, is absent. */
  readonly gates: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** From what serves to the folder; null while nothing serves, or the folder cannot be read. */
  readonly diff: Comparison | null;
  readonly stages: Readonly<Record<string, number>>;
  readonly duration_ms: number;
}

export interface DryRunParts {
  readonly engine: PolicyEngine['engine'];
  readonly gates: Pick<GateParts, 'rehearse'>;
  readonly log: Log;
}

/** A reload up to the swap. Nothing that serves, is kept, counted or audited changes; one line of the log tells of it. */
export async function dryRun({ engine, gates, log }: DryRunParts, options: ReloadOptions): Promise<DryRun> {
  const start = performance.now();
  const rehearsal = await engine.rehearse(options);
  const { source, serving, candidate } = rehearsal;
  const refusals: GatewayError[] = [...rehearsal.refusals];
  // Tests of what does not compile say nothing.
  const asks = candidate !== undefined || rehearsal.status === 'unchanged';
  const words = source === undefined || !asks ? [] : await rehearseGates(gates, rehearsal, options, refusals);
  const [first] = refusals;
  const findings = refusals.flatMap((refusal) => tellable(refusal));
  const durationMs = Math.round((performance.now() - start) * 1e3) / 1e3;
  const report: DryRun = {
    dry_run: true,
    status: first === undefined ? rehearsal.status : 'rejected',
    serving: serving?.id ?? null,
    candidate: source?.id ?? null,
    ...(first === undefined ? {} : { code: first.code, error: first.message }),
    diagnostics: findings.filter(({ severity }) => severity === 'error'),
    warnings: rehearsal.warnings,
    gates: Object.fromEntries(words.map(({ report: word }) => [word.gate, { mode: word.mode, ...reported(word) }])),
    diff: await difference(rehearsal),
    stages: rehearsal.stages,
    duration_ms: durationMs,
  };
  log.info(
    { status: report.status, candidate: source?.id, by: options.by, duration_ms: durationMs, code: first?.code },
    `policy dry run: ${source === undefined ? 'the folder' : shortId(source.id)} would be ${WOULD_BE[report.status]}`,
  );
  return report;
}

const WOULD_BE: Readonly<Record<DryRun['status'], string>> = { accepted: 'reloaded', unchanged: 'unchanged', rejected: 'rejected' };

async function rehearseGates(
  gates: DryRunParts['gates'],
  { source, serving, candidate }: Rehearsal,
  options: ReloadOptions,
  refusals: GatewayError[],
): Promise<readonly GateWord[]> {
  if (source === undefined) return [];
  try {
    const words = await gates.rehearse({ source, serving, candidate }, options);
    refusals.push(...words.flatMap(({ refusal }) => (refusal === undefined ? [] : [refusal])));
    return words;
  } catch (failure) {
    refusals.push(asGatewayError(failure));
    return [];
  }
}

/** A refusal that names no place is a finding too. */
function tellable(refusal: GatewayError): readonly Diagnostic[] {
  const found = diagnosticsOf(refusal);
  return found.length > 0 ? found : [{ severity: 'error', code: refusal.code, message: refusal.message }];
}

async function difference({ serving, source, candidate }: Rehearsal): Promise<Comparison | null> {
  if (serving === undefined || source === undefined) return null;
  const { policy, data } = serving;
  return compareApart(
    { label: 'serving', source: serving.source, built: { policy, data } },
    { label: 'folder', source, ...(candidate === undefined ? {} : { built: { policy: candidate.policy, data: candidate.data } }) },
  );
}
