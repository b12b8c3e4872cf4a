import { describe, expect, it } from 'vitest';
import { CLEAN, failedVerdict, mergeVerdicts } from '../../../src/judge/verdict.js';
import type { Verdict } from '../../../src/judge/verdict.js';

const high: Verdict = {
  ...CLEAN,
  action: 'block',
  severity: 'HIGH',
  reason: 'a',
  findings: [{ id: 'A', category: 'a', severity: 'HIGH' }],
};
const low: Verdict = {
  ...CLEAN,
  action: 'alert',
  severity: 'LOW',
  reason: 'b',
  entityCount: 3,
  findings: [{ id: 'B', category: 'b', severity: 'LOW' }],
};

describe('merging verdicts', () => {
  it('lets the highest severity act and keeps every reason, finding and entity', () => {
    expect(mergeVerdicts([low, CLEAN, high])).toEqual({
      ...CLEAN,
      action: 'block',
      severity: 'HIGH',
      reason: 'b; a',
      findings: [...low.findings, ...high.findings],
      entityCount: 3,
    });
  });

  it('is clean when there is nothing to merge', () => {
    expect(mergeVerdicts([])).toBe(CLEAN);
  });

  it('has failed only when every part has', () => {
    const failed = failedVerdict('judge-pii', 'timeout', 'open');
    expect(mergeVerdicts([failed, low])).toMatchObject({ failed: false, action: 'alert' });
    expect(mergeVerdicts([failed, failed])).toMatchObject({ failed: true, failure: 'timeout', action: 'allow', severity: 'NONE' });
  });
});

describe('a failed judgement', () => {
  it('says nothing about the content when the judge fails open', () => {
    expect(failedVerdict('judge-pii', 'parse', 'open')).toMatchObject({
      action: 'allow',
      severity: 'NONE',
      reason: '',
      failed: true,
      failure: 'parse',
    });
  });

  it('raises an alert when the judge fails closed, also beside judgements that worked', () => {
    const failed = failedVerdict('judge-pii', 'parse', 'closed');
    expect(failed).toMatchObject({ action: 'alert', severity: 'MEDIUM', reason: 'judge-pii: the judge failed (parse)' });
    expect(mergeVerdicts([CLEAN, failed])).toMatchObject({ action: 'alert', severity: 'MEDIUM', failed: false });
  });
});
