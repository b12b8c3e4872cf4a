import { describe, expect, it } from 'vitest';
import { compileStrips, compileSuppressions, suppressJudged, withoutFew } from '../../../src/judge/pack/suppress.js';
import { CLEAN, failedVerdict, mergeVerdicts } from '../../../src/judge/verdict.js';
import type { Suppressions } from '../../../src/judge/pack/rule-pack.js';
import type { ScanFinding, ScanResult } from '../../../src/judge/scan/finding.js';
import type { Severity } from '../../../src/judge/severity.js';

function finding(id: string, evidence: string, severity: Severity = 'HIGH'): ScanFinding {
  return { id, evidence, severity, category: 'c', span: { start: 0, end: evidence.length } };
}

function resultOf(findings: readonly ScanFinding[], truncated = false): ScanResult {
  return { severity: 'HIGH', findings, truncated };
}

const both = (findings: Suppressions['findings'], tools: Suppressions['tools'] = []): ReturnType<typeof compileSuppressions> =>
  compileSuppressions({ findings, tools });

describe('a suppression', () => {
  const own = both([{ finding: 'HOST', pattern: '^10\\.', condition: undefined }]);

  it('takes out the findings of its id that stand on what it names, and the severity with them', () => {
    const left = own(
      resultOf([finding('HOST', '10.0.0.1'), finding('HOST', '8.8.8.8', 'LOW'), finding('OTHER', '10.1', 'INFO')]),
      undefined,
    );
    expect(left.findings.map(({ evidence }) => evidence)).toEqual(['8.8.8.8', '10.1']);
    expect(left.severity).toBe('LOW');
    expect(own(resultOf([finding('HOST', '10.0.0.1')]), undefined)).toMatchObject({ severity: 'NONE', findings: [] });
  });

  it('leaves a finding whose pattern matches in more places than are told, and the severity of a cut result', () => {
    const four = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((address) => finding('HOST', address));
    expect(own(resultOf(four), undefined)).toMatchObject({ severity: 'HIGH', findings: four });
    expect(own(resultOf(four.slice(1), true), undefined)).toMatchObject({ severity: 'HIGH', findings: [] });
  });

  it.each([
    ['is_epoch', '1700000000', true],
    ['is_epoch', '0123456789', false],
    ['is_epoch', '9999999999', false],
    ['is_platform_id', '123456789', true],
    ['is_platform_id', '12345678', false],
    ['is_platform_id', '555-123-4567', false],
  ] as const)('holds under the condition %s of %s: %s', (condition, evidence, gone) => {
    const suppress = both([{ finding: 'PHONE', pattern: '[0-9]+', condition }]);
    expect(suppress(resultOf([finding('PHONE', evidence)]), undefined).findings).toHaveLength(gone ? 0 : 1);
  });

  it('of a tool holds for that tool alone', () => {
    const suppress = both([], [{ pattern: '^get_status$', findings: ['HOST'] }]);
    const result = resultOf([finding('HOST', 'x'), finding('KEY', 'y')]);
    expect(suppress(result, 'get_status').findings.map(({ id }) => id)).toEqual(['KEY']);
    expect(suppress(result, 'get_status_all')).toBe(result);
    expect(suppress(result, undefined)).toBe(result);
  });
});

describe('a suppression of what the judge says', () => {
  const phone = { id: 'JUDGE-PII-PHONE', category: 'Phone', severity: 'HIGH' } as const;
  const mail = { id: 'JUDGE-PII-EMAIL', category: 'Email', severity: 'LOW', evidence: 'ann@example.org' } as const;
  const judged = {
    ...CLEAN,
    ...({ action: 'block', severity: 'CRITICAL', reason: 'judge-pii: Phone, Email', entityCount: 2 } as const),
    findings: [{ ...phone, evidence: '1700000000' }, mail],
  };
  const epochs: Suppressions = { findings: [{ finding: phone.id, pattern: '^\\d{10}$', condition: 'is_epoch' }], tools: [] };
  const tools: Suppressions = { findings: [], tools: [{ pattern: '^users\\.', findings: [phone.id, mail.id] }] };

  it('takes out what stands on what it names, and what it makes of the verdict', () => {
    expect(suppressJudged(judged, epochs, undefined)).toEqual({
      ...judged,
      ...{ action: 'alert', severity: 'LOW', reason: 'llm-judge: Email', entityCount: 1, findings: [mail] },
    });
    expect(suppressJudged({ ...judged, findings: [phone] }, epochs, undefined)).toMatchObject({ severity: 'CRITICAL', findings: [phone] });
  });

  it('takes out what a tool is known for, and leaves nothing to act on when that was all', () => {
    expect(suppressJudged(judged, tools, 'users.list')).toMatchObject({ action: 'allow', severity: 'NONE', reason: '', findings: [] });
    expect(suppressJudged(judged, tools, 'mail.list')).toBe(judged);
    expect(suppressJudged(judged, undefined, 'users.list')).toBe(judged);
  });
});

describe('of several pieces of one kind', () => {
  const mails = ['noreply@example.org', 'ann@example.org'];
  const mail = { id: 'JUDGE-PII-EMAIL', category: 'Email', severity: 'HIGH', evidence: mails.join(', '), entities: mails } as const;
  const pii = { ...CLEAN, action: 'block', severity: 'HIGH', reason: 'judge-pii: Email', entityCount: 2, findings: [mail] } as const;
  const noreply: Suppressions = { findings: [{ finding: mail.id, pattern: '^noreply@', condition: undefined }], tools: [] };

  it('those stay that are not named', () => {
    expect(suppressJudged(pii, noreply, undefined)).toMatchObject({
      ...{ severity: 'HIGH', action: 'block', entityCount: 1 },
      findings: [{ ...mail, evidence: 'ann@example.org', entities: ['ann@example.org'] }],
    });
  });

  it('what other kinds said stays as it was', () => {
    const attack = { id: 'JUDGE-INJ-CONTEXT', category: 'Context Manipulation', severity: 'HIGH' } as const;
    const injection = { ...CLEAN, action: 'block', severity: 'CRITICAL', reason: 'judge-injection: x', findings: [attack] } as const;
    const all: Suppressions = { findings: [{ finding: mail.id, pattern: '@', condition: undefined }], tools: [] };
    const verdicts = [injection, pii];
    const { severity, reason } = suppressJudged({ ...mergeVerdicts(verdicts), verdicts }, all, undefined);
    expect({ severity, reason }).toEqual({ severity: 'CRITICAL', reason: 'judge-injection: x' });
    // A kind that could not judge closes with no finding at all.
    const closed = [failedVerdict('judge-injection', 'timeout', 'closed'), pii];
    expect(suppressJudged({ ...mergeVerdicts(closed), verdicts: closed }, all, undefined)).toMatchObject({
      ...{ severity: 'MEDIUM', action: 'alert', findings: [] },
    });
  });

  it('too few are worth no alert', () => {
    expect(withoutFew(pii, 3)).toMatchObject({ severity: 'NONE', action: 'allow', reason: '', findings: [], entityCount: 0 });
    expect(withoutFew(pii, 2)).toBe(pii);
    expect(withoutFew(pii, undefined)).toBe(pii);
    // One address is one piece, whatever it is taken for.
    const twice = {
      ...pii,
      findings: [mail, { ...mail, id: 'JUDGE-PII-USER', entities: ['Ann@Example.org'], evidence: 'Ann@Example.org' }],
    };
    expect(withoutFew(twice, 3).findings).toEqual([]);
  });

  it('of what is critical one is enough, and an attack is no piece of data', () => {
    const number = {
      id: 'JUDGE-PII-SSN',
      category: 'Social Security Number',
      severity: 'CRITICAL',
      evidence: '5',
      entities: ['5'],
    } as const;
    const attack = { id: 'JUDGE-INJ-CONTEXT', category: 'Context Manipulation', severity: 'MEDIUM' } as const;
    const judged = { ...pii, severity: 'CRITICAL', findings: [mail, number, attack] } as const;
    expect(withoutFew(judged, 9)).toMatchObject({ severity: 'CRITICAL', findings: [number, attack] });
  });
});

it('strips one pattern after the other, and nothing where a pattern stands for nothing', () => {
  expect(compileStrips(['(?m)^X-[^\\n]*\\n', 'id=[0-9]+', 'z*'])('X-Id: 7\nid=12 is left\n')).toBe(' is left\n');
});
