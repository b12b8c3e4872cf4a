import { guardrail } from '../../domains/guardrail.js';
import type { RevisionLease } from '../../engine/engine.js';
import { GatewayError } from '../../errors.js';
import { Replica, replicaSource } from '../../evaluator/replica.js';
import { guardrail as guardrailSettings } from '../../config/sections/guardrail.js';
import type { SuiteAnswer, SuiteSample } from '../../suites/sample.js';
import { createInspector } from '../inspect/create-inspector.js';
import type { Inspector } from '../inspect/create-inspector.js';
import { readInspectBody, STANDARD_DIRECTIONS } from '../inspect/inspect-body.js';
import { readyRules, scanContent } from '../scan/scan-content.js';
import type { ReadyRules } from '../scan/scan-content.js';
import type { SuiteRequest } from './ask-apart.js';
import { inTime } from './in-time.js';

/** Findings of an answer that are told. */
const MAX_FINDINGS = 8;

/** See {@link askSuitesApart}; on the thread that calls. */
export async function askSuites({ revision, samples, timeoutMs, maxMemoryBytes }: SuiteRequest): Promise<readonly SuiteAnswer[]> {
  const replica = await Replica.load(replicaSource(revision), maxMemoryBytes);
  if (!replica.has(guardrail.entrypoint)) {
    throw new GatewayError('evaluation_unknown_entrypoint', `the suites ask ${guardrail.entrypoint}, and the policies have none`);
  }
  const lease: RevisionLease = {
    revision,
    evaluate: ({ entrypoint, input, strictBuiltinErrors }) => {
      const replayed = inTime(() => replica.evaluate(entrypoint, input, timeoutMs, strictBuiltinErrors));
      if ('error' in replayed) return Promise.reject(new GatewayError(replayed.error, 'the policy could not be asked'));
      return Promise.resolve({ result: replayed.result, revision: revision.id });
    },
    undecided: () => undefined,
    release: () => undefined,
  };
  let ready: ReadyRules | undefined;
  const inspector = createInspector({
    scanner: { scan: (rules, text, origin = {}) => Promise.resolve(scanContent((ready ??= readyRules(rules)), text, origin)) },
    lease: () => lease,
  });
  const answers: SuiteAnswer[] = [];
  for (const sample of samples) answers.push(await ask(inspector, sample));
  return answers;
}

/** As a gateway that enforces what the policy says, whatever this one is set to. */
const SETTINGS = guardrailSettings.parse({ mode: 'action' });

async function ask(inspector: Inspector, { kind, tool, content }: SuiteSample): Promise<SuiteAnswer> {
  const body = Buffer.from(JSON.stringify({ tool, ...(kind === 'tool' ? { args: content } : { content }) }));
  const { direction, content: text, toolName, call } = readInspectBody(body, STANDARD_DIRECTIONS[kind]);
  const { answer, code } = await inspector.inspect({
    ...{ direction, content: text, canConfirm: false, reveal: false, settings: SETTINGS },
    ...(toolName === undefined ? {} : { toolName }),
    ...(call === undefined ? {} : { call }),
  });
  return {
    action: answer.action,
    severity: answer.severity,
    findings: answer.detailed_findings.slice(0, MAX_FINDINGS).map(({ id }) => id),
    ...(code === undefined ? {} : { error: code }),
  };
}
