import type { NewAuditEvent } from '../../audit/event.js';
import type { GuardrailSettings } from '../../config/guardrail-file.js';
import { EXPECTED_REVISION, expectRevision } from '../../engine/expect-revision.js';
import type { DecisionLog } from '../../decisions/decision-log.js';
import { guardrail } from '../../domains/guardrail.js';
import { GatewayError } from '../../errors.js';
import type { Inspector } from '../../judge/inspect/create-inspector.js';
import { readInspectBody, STANDARD_DIRECTIONS } from '../../judge/inspect/inspect-body.js';
import type { InspectBody } from '../../judge/inspect/inspect-body.js';
import type { Inspected, Inspection } from '../../judge/inspect/inspection.js';
import { listedAnswer } from '../../judge/inspect/listed.js';
import type { ToolLists } from '../../judge/inspect/listed.js';
import { shortId } from '../../policy/source-set.js';
import { createRateLimit, limited } from '../door/rate-limit.js';
import type { RateLimitOptions } from '../door/rate-limit.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { noted } from '../noted.js';
import { ERROR_CODE_HEADER, json, refused, REVISION_HEADER } from '../replies.js';

/** What the inspect routes are built from. */
export interface InspectDeps {
  readonly inspector: Inspector;
  readonly settings: () => GuardrailSettings;
  /** The enforcement lists as they are now. Throws `audit_store_failed`: a list that cannot be read is never an empty one. */
  readonly lists: () => ToolLists;
  readonly metrics: {
    evaluation(domain: string, verdict: string, seconds: number): void;
    guardrailEvaluation(action: string): void;
  };
  /** Full id of the revision that serves. */
  readonly serving: () => string | undefined;
  /** Writes one row of the trail. Throws `audit_store_failed`. */
  readonly audit: (event: NewAuditEvent) => void;
  /** Takes decisions down; undefined: they are not recorded. */
  readonly decisions?: DecisionLog | undefined;
  readonly rateLimit?: RateLimitOptions;
}

const REVEAL_HEADER = 'x-defenseclaw-reveal-pii';

/** POST /api/v1/inspect/...: local scan, judge and guardrail policy on one content. One limit for all four. */
export function inspectResources(deps: InspectDeps): Resource[] {
  const allows = createRateLimit(deps.rateLimit);
  return Object.entries(STANDARD_DIRECTIONS).map(([kind, direction]) =>
    limited({ path: `/api/v1/inspect/${kind}`, methods: { POST: (call) => guardedInspect(deps, call, direction) } }, allows),
  );
}

async function guardedInspect(deps: InspectDeps, call: Call, direction: Inspection['direction']): Promise<Reply> {
  const body = readInspectBody(await call.body(), direction);
  try {
    return await inspect(deps, call, body);
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.code !== 'audit_store_failed') throw thrown;
    return refused(503, 'audit store unavailable', thrown.code);
  }
}

async function inspect(deps: InspectDeps, call: Call, body: InspectBody): Promise<Reply> {
  const { direction, content, toolName, call: toolCall, canConfirm } = body;
  const expected = call.headers[EXPECTED_REVISION];
  expectRevision(expected, deps.serving());
  const reveal = call.headers[REVEAL_HEADER] === '1';
  // Written first: what is not in the trail is not shown.
  if (reveal) noteReveal(deps, call, body);
  const start = performance.now();
  const settings = deps.settings();
  const listed = listedAnswer(body, deps.lists(), settings.mode);
  if (listed !== undefined) {
    deps.metrics.guardrailEvaluation(listed.action);
    return noted(json(200, listed), deps.decisions, {
      ...{ caller: call, path: guardrail.entrypoint, domain: guardrail.name, verdict: listed.raw_action },
      // No rule was asked, and the content is nothing that the lists look at.
      ...{ revision: undefined, input: Buffer.from(JSON.stringify({ direction, tool_name: toolName })), result: JSON.stringify(listed) },
      ...{ tookMs: performance.now() - start, strictBuiltinErrors: true },
    });
  }
  const inspected = await deps.inspector.inspect({
    ...{ direction, content, reveal, canConfirm, settings },
    ...(toolName === undefined ? {} : { toolName }),
    ...(toolCall === undefined ? {} : { call: toolCall }),
    ...(expected === undefined ? {} : { expected }),
  });
  const { raw_action: action } = inspected.answer;
  deps.metrics.guardrailEvaluation(inspected.code === undefined ? inspected.answer.action : 'error');
  const tookMs = performance.now() - start;
  deps.metrics.evaluation('guardrail', inspected.code === undefined ? action : 'error', tookMs / 1000);
  return noted(json(200, inspected.answer, headersOf(inspected)), deps.decisions, {
    ...{ caller: call, path: guardrail.entrypoint, domain: guardrail.name, verdict: action, revision: inspected.revision },
    ...{ input: inspected.asked.input, result: inspected.asked.result, thrown: inspected.asked.thrown, tookMs, strictBuiltinErrors: true },
  });
}

function headersOf({ revision, code }: Inspected): Record<string, string> {
  return {
    ...(revision === undefined ? {} : { [REVISION_HEADER]: shortId(revision) }),
    ...(code === undefined ? {} : { [ERROR_CODE_HEADER]: code }),
  };
}

function noteReveal({ audit }: InspectDeps, call: Call, { direction, toolName, sessionId }: InspectBody): void {
  audit({
    action: 'inspect-reveal-pii',
    target: toolName ?? direction,
    actor: 'api',
    severity: 'MEDIUM',
    details: `evidence shown unredacted: ${direction}${sessionId === '' ? '' : `, session ${sessionId}`}, from ${call.remoteAddress ?? 'unknown'}`,
    request_id: call.requestId,
  });
}
