import { describe, expect, it } from 'vitest';
import { DOMAINS } from '../../../src/domains/registry.js';
import type { DomainName } from '../../../src/domains/domain.js';
import { GatewayError } from '../../../src/errors.js';

function body(value: unknown): Uint8Array {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}

function refusal(name: DomainName, value: unknown): { readonly code: string; readonly status: number; readonly message: string } {
  try {
    DOMAINS[name].parseInput(body(value));
  } catch (error) {
    if (error instanceof GatewayError) return { code: error.code, status: error.spec.status, message: error.message };
    throw error;
  }
  throw new Error('the request was accepted');
}

const target = { target_type: 'skill', target_name: 'weather' };
const evaluation = { evaluation_id: 'e-1', direction: 'prompt', mode: 'action' };

// Of several faults the first in the order of the contract is named: each row has all the later faults too.
const REFUSED: readonly (readonly [DomainName, unknown, number, string])[] = [
  ['admission', '', 400, 'invalid JSON body'],
  ['admission', '[]', 400, 'invalid JSON body'],
  ['admission', '{"input":{"scan_result":{"total_findings":1.0}}}', 400, 'invalid JSON body'],
  ['admission', { domain: 'firewall', input: {} }, 400, 'unsupported policy domain'],
  ['admission', { domain: 'Admission', input: target }, 400, 'unsupported policy domain'],
  ['admission', {}, 400, 'input.target_type and input.target_name are required'],
  ['admission', 'null', 400, 'input.target_type and input.target_name are required'],
  ['admission', { input: { target_type: 'skill' } }, 400, 'input.target_type and input.target_name are required'],
  ['admission', { input: { target_type: ' ', target_name: ' ' } }, 503, 'policy observability identity is invalid'],
  ['admission', { input: { ...target, target_type: 'x'.repeat(4097) } }, 503, 'policy observability identity is invalid'],
  ['admission', { input: { ...target, target_name: '\t' } }, 503, 'policy target reference is invalid'],
  ['admission', { input: { ...target, target_name: 'é'.repeat(2049) } }, 503, 'policy target reference is invalid'],
  ['firewall', '{"port":443.0,"destination":"x"}', 400, 'invalid JSON body'],
  ['firewall', '{"port":"443","destination":"x"}', 400, 'invalid JSON body'],
  ['firewall', { port: 443 }, 400, 'destination is required'],
  ['firewall', { destination: ' ' }, 503, 'policy target reference is invalid'],
  ['audit', '[]', 400, 'invalid JSON body'],
  ['audit', { export_targets: 'siem' }, 400, 'invalid JSON body'],
  ['skill-actions', { severity: 3 }, 400, 'invalid JSON body'],
  ['skill-actions', { target_type: 'mcp' }, 400, 'severity is required'],
  ['sandbox', { requested_endpoints: [7] }, 400, 'invalid JSON body'],
  ['sandbox', {}, 400, 'skill_name is required'],
  ['guardrail', '{"elapsed_ms":1e999}', 400, 'invalid JSON body'],
  ['guardrail', { evaluation_id: '!', direction: 'x', content_length: -1 }, 400, 'evaluation_id, direction, and mode are required'],
  ['guardrail', { ...evaluation, evaluation_id: ' ', direction: 'x' }, 400, 'evaluation_id must be a stable identifier'],
  ['guardrail', { ...evaluation, evaluation_id: 'a'.repeat(257) }, 400, 'evaluation_id must be a stable identifier'],
  ['guardrail', { ...evaluation, evaluation_id: '-a' }, 400, 'evaluation_id must be a stable identifier'],
  ['guardrail', { ...evaluation, direction: 'tool', mode: 'x' }, 400, 'direction must be prompt or completion'],
  ['guardrail', { ...evaluation, mode: 'enforce', scanner_mode: 'x' }, 400, 'mode must be observe or action'],
  ['guardrail', { ...evaluation, scanner_mode: 'none', content_length: -1 }, 400, 'scanner_mode must be local, remote, or both'],
  ['guardrail', { ...evaluation, content_length: -1, elapsed_ms: -1 }, 400, 'content_length must be non-negative'],
  ['guardrail', { ...evaluation, elapsed_ms: -0.5, model: '!' }, 400, 'elapsed_ms must be a finite non-negative number'],
  ['guardrail', { ...evaluation, model: 'a b' }, 400, 'model must be a stable identifier'],
];

describe('requests', () => {
  it.each(REFUSED)('%s refuses %j with %d %s', (name, value, status, message) => {
    expect(refusal(name, value)).toEqual({ code: status === 400 ? 'request_invalid' : 'request_target_invalid', status, message });
  });

  it('an empty audit event is a request', () => {
    expect(DOMAINS.audit.parseInput(body('{}'))).toEqual({ event_type: '', severity: '', age_days: 0, export_targets: null });
  });
});

const entry = { target_type: 'skill', target_name: 'weather', reason: 'why', source_path: '/opt/skills' };
const hilt = { enabled: true, minSeverity: ' medium ' };
const scan = { max_severity: 'HIGH', total_findings: 2, exit_code: 0, scan_error: '' };

// What the policy sees for a request; lists and human-in-the-loop setting come from the gateway and never from the caller.
const INPUTS: readonly (readonly [DomainName, unknown, unknown])[] = [
  [
    'admission',
    { domain: 'admission', input: { ...target, block_list: [], scanner_name: 'x', findings: [1], path: '/a/../b' } },
    { ...target, path: '/a/../b', block_list: [entry], allow_list: [] },
  ],
  [
    'admission',
    { input: { ...target, scan_result: { max_severity: 'HIGH', total_findings: 2, findings: [] } } },
    { ...target, path: '', block_list: [entry], allow_list: [], scan_result: scan },
  ],
  ['admission', { input: { ...target, scan_result: null } }, { ...target, path: '', block_list: [entry], allow_list: [] }],
  ['firewall', { Destination: 'x', PORT: 443 }, { target_type: '', destination: 'x', port: 443, protocol: '' }],
  ['audit', {}, { event_type: '', severity: '', age_days: 0, export_targets: [] }],
  ['skill-actions', { severity: 'high' }, { severity: 'high' }],
  ['skill-actions', { severity: 'high', target_type: 'mcp' }, { severity: 'high', target_type: 'mcp' }],
  ['sandbox', { skill_name: 'x' }, { skill_name: 'x', requested_endpoints: [], requested_permissions: [] }],
  [
    'guardrail',
    { ...evaluation, direction: ' Prompt', mode: 'OBSERVE', model: ' m ', hilt: { enabled: false }, local_result: { severity: 'low' } },
    {
      direction: 'prompt',
      model: 'm',
      mode: 'observe',
      scanner_mode: '',
      local_result: { action: '', severity: 'low', findings: null, reason: '' },
      cisco_result: null,
      content_length: 0,
      hilt: { enabled: true, min_severity: 'MEDIUM' },
    },
  ],
  [
    'guardrail',
    { ...evaluation, content_length: 7, cisco_result: { findings: ['a'], is_safe: false } },
    {
      direction: 'prompt',
      model: '',
      mode: 'action',
      scanner_mode: '',
      local_result: null,
      cisco_result: { action: '', severity: '', findings: ['a'], reason: '', is_safe: false },
      content_length: 7,
      hilt: { enabled: true, min_severity: 'MEDIUM' },
    },
  ],
];

describe('policy inputs', () => {
  it.each(INPUTS)('%s turns %j into what the policy reads', (name, value, expected) => {
    expect(evaluationInput(name, value, { blockList: [entry], allowList: [], hilt })).toEqual(expected);
  });

  it('the human-in-the-loop severity is HIGH when the setting is blank', () => {
    const given = evaluationInput('guardrail', evaluation, { blockList: [], allowList: [], hilt: { enabled: false, minSeverity: '' } });
    expect(given).toMatchObject({ hilt: { enabled: false, min_severity: 'HIGH' } });
  });

  it('without a live setting the policy data decides', () => {
    expect(evaluationInput('guardrail', evaluation, { blockList: [], allowList: [] })).not.toHaveProperty('hilt');
  });
});

type Context = Parameters<(typeof DOMAINS)['admission']['toEvaluationInput']>[1];

function evaluationInput(name: DomainName, value: unknown, context: Context): unknown {
  const domain = DOMAINS[name] as (typeof DOMAINS)['admission'];
  return JSON.parse(Buffer.from(domain.toEvaluationInput(domain.parseInput(body(value)), context)).toString('utf8'));
}
