import { decided, granted, labelOf, listOf, readDocument, textOf } from './decision-document.js';
import type { ClosedReason, Domain, DomainAnswer } from './domain.js';
import { goBool, goFloat, goInt, goList, goPointer, goString, goStruct } from './go-decode.js';
import type { Decoded } from './go-decode.js';
import { decodeBody, demand, encodeInput, isStableIdentifier } from './request-body.js';

const scannerResult = goStruct({
  action: goString,
  severity: goString,
  findings: goList(goString),
  reason: goString,
  is_safe: goPointer(goBool),
});

const request = goStruct({
  evaluation_id: goString,
  direction: goString,
  mode: goString,
  scanner_mode: goString,
  model: goString,
  local_result: goPointer(scannerResult),
  cisco_result: goPointer(scannerResult),
  content_length: goInt,
  elapsed_ms: goFloat,
});

type ScannerResult = Decoded<typeof scannerResult>;

/** A checked request: direction, mode and scanner mode in lower case, identifiers trimmed. */
export type GuardrailInput = Decoded<typeof request> & {
  /** What a tool call would do, as JSON text: no part of the wire, the gateway takes calls apart itself. */
  readonly facts?: string | undefined;
};

const ACTIONS = ['allow', 'alert', 'block', 'confirm', 'deny', 'redact'];
const SEVERITIES = ['NONE', 'INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];
const MAX_SOURCES = 8;

/** What to do about one prompt or completion that scanners looked at. */
export const guardrail: Domain<GuardrailInput> = {
  name: 'guardrail',
  packageName: 'guardrail',
  entrypoint: 'defenseclaw/guardrail',

  parseInput(body) {
    const given = decodeBody(body, request);
    demand(given.evaluation_id !== '' && given.direction !== '' && given.mode !== '', 'evaluation_id, direction, and mode are required');
    const input = {
      ...given,
      evaluation_id: given.evaluation_id.trim(),
      direction: word(given.direction),
      mode: word(given.mode),
      scanner_mode: word(given.scanner_mode),
      model: given.model.trim(),
    };
    demand(isStableIdentifier(input.evaluation_id), 'evaluation_id must be a stable identifier');
    demand(['prompt', 'completion'].includes(input.direction), 'direction must be prompt or completion');
    demand(['observe', 'action'].includes(input.mode), 'mode must be observe or action');
    demand(['', 'local', 'remote', 'both'].includes(input.scanner_mode), 'scanner_mode must be local, remote, or both');
    demand(input.content_length >= 0, 'content_length must be non-negative');
    demand(input.elapsed_ms >= 0, 'elapsed_ms must be a finite non-negative number');
    demand(input.model === '' || isStableIdentifier(input.model), 'model must be a stable identifier');
    return input;
  },

  toEvaluationInput(input, { hilt }) {
    const given = {
      direction: input.direction,
      model: input.model,
      mode: input.mode,
      scanner_mode: input.scanner_mode,
      local_result: forPolicy(input.local_result),
      cisco_result: forPolicy(input.cisco_result),
      content_length: input.content_length,
      ...(hilt === undefined
        ? {}
        : {
            hilt: { enabled: hilt.enabled, min_severity: hilt.minSeverity.trim() === '' ? 'HIGH' : hilt.minSeverity.trim().toUpperCase() },
          }),
    };
    return encodeInput(given, input.facts === undefined ? undefined : ['facts', input.facts]);
  },

  toAnswer(result) {
    const document = readDocument(result);
    const action = decided(document, 'action');
    const severity = decided(document, 'severity');
    const sources = listOf(document, 'scanner_sources');
    const isSound =
      ACTIONS.includes(action) &&
      SEVERITIES.includes(severity) &&
      (sources === null || (sources.length <= MAX_SOURCES && sources.every(isStableIdentifier)));
    if (!isSound) return { status: 503, body: { error: 'guardrail output is invalid' } };
    return { status: 200, body: { action, severity, reason: textOf(document, 'reason'), scanner_sources: sources } };
  },

  closedForm: (reason, { mode }) => outage(reason, mode),

  grants: (document) => granted(document, 'action', ['allow', 'alert']),

  verdictLabel: ({ status, body }) => (status === 200 ? labelOf(body['action'], ACTIONS) : 'error'),
};

function outage({ code, message }: ClosedReason, mode: string): DomainAnswer {
  const what = code === 'evaluation_no_revision' ? 'policy engine load failed' : 'policy evaluation failed';
  return {
    status: 200,
    body: {
      action: mode === 'observe' ? 'alert' : 'block',
      severity: 'HIGH',
      reason: `guardrail failing closed: ${what}: ${message}`,
      scanner_sources: ['policy-outage'],
    },
  };
}

function forPolicy(result: ScannerResult | null): Readonly<Record<string, unknown>> | null {
  if (result === null) return null;
  const { is_safe, ...rest } = result;
  return is_safe === null ? rest : { ...rest, is_safe };
}

function word(text: string): string {
  return text.trim().toLowerCase();
}
