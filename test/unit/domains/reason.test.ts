import { describe, expect, it } from 'vitest';
import { withReason } from '../../../src/domains/reason.js';
import { decidedBy } from '../../../src/evaluator/marks.js';
import type { Mark } from '../../../src/evaluator/marks.js';

const meaning = { title: 'port is not allowed', description: 'not this one', doInstead: 'Use 443.', handsOn: false };

describe('the answer of a domain', () => {
  it('gets a reason and what to do instead, and keeps what it says itself', () => {
    expect(withReason({ status: 200, body: { action: 'deny', rule_name: 'port-restricted' } }, meaning).body).toEqual({
      ...{ action: 'deny', rule_name: 'port-restricted' },
      ...{ reason: 'port is not allowed: not this one', do_instead: 'Use 443.' },
    });
    expect(withReason({ status: 200, body: { data: { verdict: 'rejected', reason: 'own' }, ok: true } }, meaning).body).toEqual({
      data: { verdict: 'rejected', reason: 'own', do_instead: 'Use 443.' },
      ok: true,
    });
  });

  it('stays as it is where nothing is said, and where it is no decision', () => {
    const answer = { status: 200, body: { action: 'allow' } };
    expect(withReason(answer, undefined)).toEqual(answer);
    expect(withReason(answer, { handsOn: false })).toEqual(answer);
    const failed = { status: 503, body: { error: 'none' } };
    expect(withReason(failed, meaning)).toEqual(failed);
  });
});

const mark = (rule: string, handsOn?: boolean): Mark => ({
  ...{ rule, at: 'a.rego:1' },
  ...(handsOn === undefined ? {} : { meaning: { title: rule, handsOn } }),
});

describe('what decided', () => {
  it('is the last rule that made a value, of the package', () => {
    const marks = [
      mark('data.a.b.one', false),
      mark('data.a.b.two', false),
      mark('data.a.b.verdict', true),
      mark('data.a.bc.other', false),
    ];
    expect(decidedBy(marks, 'a/b')?.rule).toBe('data.a.b.two');
  });

  it('is the last that handed one on, where nobody says who made it', () => {
    expect(decidedBy([mark('data.a.b.inner', true), mark('data.a.b.verdict', true), mark('data.a.b.labelled')], 'a/b')?.rule).toBe(
      'data.a.b.verdict',
    );
    expect(decidedBy([mark('data.a.b.labelled')], 'a/b')).toBeUndefined();
    expect(decidedBy(undefined, 'a/b')).toBeUndefined();
  });
});
