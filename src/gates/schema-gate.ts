import { LRUCache } from 'lru-cache';
import type { SourceGate } from '../engine/candidate.js';
import type { ReloadOptions } from '../engine/reload-request.js';
import { GatewayError } from '../errors.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { contentKey } from '../policy/source-set.js';
import type { SourceSet } from '../policy/source-set.js';
import { gateWord, NO_TESTS } from './gate-report.js';
import type { GateMode, GateReport, GateWord } from './gate-report.js';

export interface SchemaGateOptions {
  readonly mode: GateMode;
  readonly check: (source: SourceSet) => Promise<readonly Diagnostic[]>;
  /** Told of every report. */
  readonly onReport: (report: GateReport) => void;
}

/** The schemas of the folder as a gate of a reload. */
export interface SchemaGate {
  readonly check: SourceGate;
  /** What {@link check} would say; nothing of it is told or remembered. Undefined when there is nothing to ask. */
  rehearse(source: SourceSet, options: ReloadOptions): Promise<GateWord | undefined>;
  readonly report: GateReport | undefined;
}

/** Contents whose findings are kept: those that people go back and forth between. */
const KEPT = 32;

/** Asks before the swap in both modes: it is cheap where there are no schemas, and what it finds is about data that is to serve. */
export function createSchemaGate({ mode, check, onReport }: SchemaGateOptions): SchemaGate {
  const kept = new LRUCache<string, readonly Diagnostic[]>({ max: KEPT });
  let last: GateReport | undefined;
  let forcedKey: string | undefined;

  async function judge(source: SourceSet, { force = false, by }: ReloadOptions): Promise<GateWord | undefined> {
    if (mode === 'off' || source.schemas.length === 0) return undefined;
    const key = contentKey(source);
    const start = performance.now();
    const known = kept.get(key);
    const findings = known ?? (await check(source));
    // What time or memory cut short may be another the next time, and names no file.
    if (findings.every(({ file }) => file !== undefined)) kept.set(key, findings);
    const durationMs = Math.round((performance.now() - start) * 1e3) / 1e3;
    return gateWord(
      { gate: 'schema', mode, revision: source.id, findings, counts: NO_TESTS, failing: [], cached: known !== undefined, durationMs },
      { excused: force || forcedKey === key, by },
      () => refused(findings),
    );
  }

  return {
    get report() {
      return last;
    },
    async check(source, options) {
      const word = await judge(source, options);
      last = word?.report;
      if (word === undefined) return;
      forcedKey = word.report.state === 'forced' ? contentKey(source) : undefined;
      onReport(word.report);
      if (word.refusal !== undefined) throw word.refusal;
    },
    rehearse: judge,
  };
}

function refused(findings: readonly Diagnostic[]): GatewayError {
  const [first] = findings;
  const where = first?.file === undefined ? '' : `${first.file}:${first.row ?? 1}: `;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  return new GatewayError('policy_schema_failed', `${where}${first?.message ?? 'the data does not meet its schema'}${more}`, {
    details: { diagnostics: findings },
  });
}
