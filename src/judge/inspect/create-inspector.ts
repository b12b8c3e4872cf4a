import type { GuardrailSettings } from '../../config/guardrail-file.js';
import { guardrail } from '../../domains/guardrail.js';
import type { RevisionLease } from '../../engine/engine.js';
import { expectRevision } from '../../engine/expect-revision.js';
import { GatewayError } from '../../errors.js';
import type { ErrorCode } from '../../errors.js';
import type { Judge, Judgement } from '../create-judge.js';
import { revisionRules } from '../pack/pack-rules.js';
import { suppressJudged, withoutFew } from '../pack/suppress.js';
import type { Scanner } from '../scan/scanner.js';
import { confidenceOf, detail, findingLabels, weigh } from './evidence.js';
import { factFindings } from './fact-findings.js';
import type { Evidence } from './evidence.js';
import type { AskedRules, Inspected, Inspection } from './inspection.js';
import { asksJudge, strategyFor } from './strategy.js';

export interface InspectorOptions {
  readonly scanner: Pick<Scanner, 'scan'>;
  /** Undefined while it is switched off. */
  readonly judge?: Pick<Judge, 'judge'> | undefined;
  /** The current revision, held. Throws `evaluation_no_revision`. */
  readonly lease: () => RevisionLease;
}

/** Scan, judge, policy: the way of every content through the guardrail. */
export interface Inspector {
  /**
   * What to do about a content, by one revision from the scan to the decision. What goes wrong closes the answer; throws only
   * `evaluation_overloaded`, `evaluator_closed`, `revision_mismatch` and `request_invalid`, which say nothing about the content.
   */
  inspect(inspection: Inspection): Promise<Inspected>;
}

const NOTHING: Evidence = { scan: { severity: 'NONE', findings: [], truncated: false }, judgement: undefined };

export function createInspector({ scanner, judge, lease }: InspectorOptions): Inspector {
  async function gather(inspection: Inspection, { revision }: RevisionLease): Promise<Evidence> {
    const { direction, content, toolName, call, settings, signal } = inspection;
    // Nothing said is nothing to judge: asking a model about it costs a call and may invent a finding.
    if (content.trim() === '') return NOTHING;
    const rules = await revisionRules(revision);
    const { labels } = rules;
    const sensitive = direction === 'tool_response' ? rules.tools.get(toolName ?? '') : undefined;
    if (sensitive?.inspected === false) return NOTHING;
    const strategy = sensitive?.judged === false ? 'regex_only' : strategyFor(direction, settings);
    const strip = judge !== undefined && strategy !== 'regex_only' && rules.suppressions?.strips !== undefined;
    const scanning = scanner.scan(rules, content, { toolName, call, strip });
    const ask = async (personal?: string): Promise<Judgement | undefined> => {
      const judgement = await judge?.judge({
        ...{ direction, content, personal, toolName, revision },
        ...(signal === undefined ? {} : { signal }),
      });
      // What the cache keeps is what the judge said.
      return judgement && withoutFew(suppressJudged(judgement, rules.suppressions, toolName), sensitive?.minEntities);
    };
    if (strategy === 'judge_first' && !strip) {
      const [scan, judgement] = await Promise.all([scanning, ask()]);
      return { scan, judgement, labels };
    }
    const { stripped, ...scan } = await scanning;
    return { scan, judgement: asksJudge(strategy, scan) ? await ask(stripped) : undefined, labels };
  }

  return {
    async inspect(inspection) {
      // When a reload comes while the judge thinks, the answer is begun anew on the new revision: once, so that it comes to an end
      // however often the policies change. The second answer is the one of the revision that it names.
      for (let attempt = 1; ; attempt++) {
        let held: RevisionLease | undefined;
        const asked: AskedRules = {};
        try {
          held = lease();
          expectRevision(inspection.expected, held.revision.id);
          const evidence = await gather(inspection, held);
          if (evidence.judgement?.stale === true && attempt === 1) continue;
          return { asked, ...(await decide(inspection, evidence, held, asked)) };
        } catch (thrown) {
          return { asked, ...closed(thrown, inspection, held, asked) };
        } finally {
          held?.release();
        }
      }
    },
  };
}

type Answered = Omit<Inspected, 'asked'>;

async function decide(inspection: Inspection, evidence: Evidence, lease: RevisionLease, asked: AskedRules): Promise<Answered> {
  const { settings, direction, content, reveal } = inspection;
  const { hilt, scanner_mode } = settings;
  const input = guardrail.toEvaluationInput(
    {
      ...{ evaluation_id: '', direction, model: '', scanner_mode, elapsed_ms: 0, cisco_result: null },
      // What observe mode lets pass is the gateway's business: the policy says what it would do.
      ...{ mode: 'action', content_length: content.length, local_result: weigh(evidence) },
      facts: evidence.scan.facts,
    },
    { blockList: [], allowList: [], hilt: { enabled: hilt.enabled, minSeverity: hilt.min_severity } },
  );
  asked.input = input;
  const { result } = await lease.evaluate({ entrypoint: guardrail.entrypoint, input, strictBuiltinErrors: true });
  asked.result = result;
  const { status, body } = guardrail.toAnswer(result);
  if (status !== 200) throw new GatewayError('decision_invalid', String(body['error']));
  const rawAction = String(body['action']);
  const wouldDo = rawAction === 'confirm' && !inspection.canConfirm ? 'block' : rawAction;
  const facts = factFindings(result);
  const findings = detail({ ...evidence, facts }, reveal);
  const { judgement } = evidence;
  return {
    revision: lease.revision.id,
    answer: {
      action: settings.mode === 'observe' ? 'allow' : wouldDo,
      raw_action: rawAction,
      severity: String(body['severity']),
      confidence: confidenceOf(findings),
      reason: String(body['reason']),
      findings: findingLabels({ ...evidence, facts }),
      detailed_findings: findings,
      mode: settings.mode,
      would_block: blocks(wouldDo),
      scanner_sources: sourcesOf(body['scanner_sources']),
      ...(judgement === undefined ? {} : { judge: { kinds: judgement.kinds, cached: judgement.cached, failed: judgement.failed } }),
      ...(evidence.scan.truncated ? { truncated: true } : {}),
    },
  };
}

const PASSED_ON: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'evaluation_overloaded',
  'evaluator_closed',
  'revision_mismatch',
  'request_invalid',
]);

/** The guardrail's closed form: nothing passes uninspected in action mode, and observe mode says so. */
function closed(thrown: unknown, { settings }: Inspection, lease: RevisionLease | undefined, asked: AskedRules): Answered {
  if (!(thrown instanceof GatewayError)) throw thrown;
  if (thrown.code === 'decision_invalid') lease?.undecided(guardrail.entrypoint);
  if (PASSED_ON.has(thrown.code)) throw thrown;
  asked.thrown = thrown;
  const close = (mode: GuardrailSettings['mode']): Readonly<Record<string, unknown>> =>
    guardrail.closedForm(
      { code: thrown.code, message: thrown.message },
      {
        ...{ evaluation_id: '', direction: 'prompt', model: '', scanner_mode: '', content_length: 0, elapsed_ms: 0 },
        ...{ mode, local_result: null, cisco_result: null },
      },
    ).body;
  const body = close(settings.mode);
  const rawAction = String(close('action')['action']);
  return {
    revision: lease?.revision.id,
    code: thrown.code,
    answer: {
      action: String(body['action']),
      raw_action: rawAction,
      severity: String(body['severity']),
      confidence: 0,
      reason: String(body['reason']),
      findings: [],
      detailed_findings: [],
      mode: settings.mode,
      would_block: blocks(rawAction),
      scanner_sources: sourcesOf(body['scanner_sources']),
    },
  };
}

function blocks(action: string): boolean {
  return action === 'block' || action === 'deny';
}

function sourcesOf(sources: unknown): readonly string[] {
  return Array.isArray(sources) ? sources.map(String) : [];
}
