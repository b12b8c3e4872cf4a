import { describe, expect, it } from 'vitest';
import { impactLimit, parseFailOn } from '../../../src/cli/impact-flags.js';

describe('--fail-on', () => {
  it.each([
    ['deny_to_allow=0', { deny_to_allow: 0 }],
    ['deny_to_allow=3, allow_to_deny=0.5%', { deny_to_allow: 3, allow_to_deny: { percent: 0.5 } }],
    ['errors=0,slowdown=1.5', { errors: 0, slowdown: 1.5 }],
  ])('reads %s', (text, budget) => {
    expect(parseFailOn(text)).toEqual(budget);
  });

  it.each([
    '',
    'deny_to_allow',
    'deny_to_allow=',
    'deny_to_allow=-1',
    'deny_to_allow=1.5',
    'errors=101%',
    'slowdown=0.5',
    'slowdown=2%',
    'other=0',
  ])('refuses %j and says what it takes', (text) => {
    expect(() => parseFailOn(text)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('deny_to_allow, allow_to_deny, errors') as string }),
    );
  });

  it('refuses the same name twice', () => {
    expect(() => parseFailOn('errors=0,errors=1')).toThrow(/errors is given twice/u);
  });
});

describe('how many decisions are looked at', () => {
  it('is as configured where nothing says which, and otherwise all that are meant', () => {
    expect(impactLimit({}, 250)).toBe(250);
    expect(impactLimit({ last: 10, since: '1h' }, 250)).toBe(10);
    expect(impactLimit({ since: '1h' }, 250)).toBe(1_000_000);
    expect(impactLimit({ log: 'decisions.jsonl' }, 250)).toBe(1_000_000);
  });
});
