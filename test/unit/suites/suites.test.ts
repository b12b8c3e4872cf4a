import { describe, expect, it } from 'vitest';
import { overSuiteBudget } from '../../../src/suites/budget.js';
import { suiteDifferences } from '../../../src/suites/differences.js';
import { readSuites } from '../../../src/suites/read-suites.js';
import type { SuiteAnswer, SuiteSample } from '../../../src/suites/sample.js';
import { scoreSuites, suiteSummary } from '../../../src/suites/score.js';

const read = (text: string): ReturnType<typeof readSuites> => readSuites([{ path: 'suites/a.jsonl', bytes: Buffer.from(text) }]);

const PLAIN = '{"want": "benign", "kind": "request", "text": "hello"}';

describe('reading suites', () => {
  it('takes a sample a line, by its id or its place, and passes blank lines over', () => {
    const { samples, diagnostics } = read(
      `${PLAIN}\n\n{"id": "x", "want": "attack", "kind": "tool", "tool": "shell", "args": {"command": "ls"}, "lang": "en"}\r\n`,
    );
    expect(diagnostics).toEqual([]);
    expect(samples).toEqual([
      { id: 'suites/a.jsonl:1', file: 'suites/a.jsonl', row: 1, category: 'a', want: 'benign', kind: 'request', content: 'hello' },
      { id: 'x', file: 'suites/a.jsonl', row: 3, category: 'a', want: 'attack', kind: 'tool', tool: 'shell', content: { command: 'ls' } },
    ]);
  });

  it.each([
    ['{', 'is no JSON: '],
    ['[]', 'expected object'],
    ['{"kind": "request", "text": "x"}', 'want: '],
    ['{"want": "maybe", "kind": "request", "text": "x"}', 'want: '],
    ['{"want": "benign", "kind": "shell", "text": "x"}', 'kind: '],
    ['{"want": "benign", "kind": "request"}', 'Expected either text or args'],
    ['{"want": "benign", "kind": "request", "args": {}}', 'args are those of kind "tool"'],
    ['{"want": "benign", "kind": "tool", "args": {}}', 'Expected the name of the tool'],
    ['{"want": "benign", "kind": "request", "text": "x", "wnat": 1}', 'wnat'],
    [`{"want": "benign", "kind": "request", "text": "${'x'.repeat(65_536)}"}`, 'a line has at most 65536 bytes'],
    [`{"want": "benign", "kind": "tool", "tool": "t", "args": ${'['.repeat(80)}${']'.repeat(80)}}`, 'nested deeper than 64 levels'],
    ['{"id": "twice", "want": "benign", "kind": "request", "text": "x"}', 'the id twice is that of suites/a.jsonl:1'],
  ])('names the line of what is none: %.60s', (line, message) => {
    const { samples, diagnostics } = read(`{"id": "twice", "want": "benign", "kind": "request", "text": "y"}\n${line}\n`);
    expect(samples).toHaveLength(1);
    expect(diagnostics).toEqual([
      {
        severity: 'error',
        code: 'policy_suites_failed',
        file: 'suites/a.jsonl',
        row: 2,
        message: expect.stringContaining(message) as string,
      },
    ]);
  });

  it('reads no more samples than a reload can take, and tells of no more lines than people can read', () => {
    const { samples, diagnostics } = read(`${PLAIN}\n`.repeat(20_001));
    expect(samples).toHaveLength(20_000);
    expect(diagnostics.map(({ row, message }) => [row, message])).toEqual([[20_001, 'the suites of a folder hold at most 20000 samples']]);
    expect(read('{\n'.repeat(500)).diagnostics).toHaveLength(20);
  });
});

const sample = (id: string, want: SuiteSample['want'], category = 'a'): SuiteSample => {
  return { id, want, category, file: `suites/${category}.jsonl`, row: 1, kind: 'request', content: id };
};
const answer = (action: string, error?: string): SuiteAnswer => {
  return { action, severity: 'HIGH', findings: ['F-1'], ...(error === undefined ? {} : { error }) };
};

const SAMPLES = [
  sample('hit', 'attack'),
  sample('told', 'attack', 'b.held-out'),
  sample('lost', 'attack'),
  sample('fine', 'benign'),
  sample('cry', 'benign'),
  sample('stop', 'benign', 'b.held-out'),
];
const ANSWERS = ['block', 'alert', 'allow', 'allow', 'alert', 'confirm'].map((action) => answer(action));

describe('scoring suites', () => {
  it('counts what became of attacks and harmless samples, by suite and of those held out', () => {
    const score = scoreSuites(SAMPLES, ANSWERS);
    expect(score).toMatchObject({
      samples: 6,
      errors: 0,
      attack: { block: 1, alert: 1, allow: 1 },
      benign: { block: 1, alert: 1, allow: 1 },
      precision: 0.5,
      recall: 2 / 3,
      categories: { a: { recall: 0.5, precision: 0.5 }, 'b.held-out': { recall: 1, benign: { block: 1 } } },
      held_out: { attack: { alert: 1, block: 0 }, benign: { block: 1 } },
    });
    expect([score.missed, score.blocked, score.alarms].map((found) => found.map(({ id }) => id))).toEqual([['lost'], ['stop'], ['cry']]);
    expect(suiteSummary(score)).toBe('6 samples, 66.6 % of 3 attacks flagged, 1 of 3 harmless blocked');
    expect(scoreSuites([], [])).toMatchObject({ samples: 0, precision: null, recall: null });
  });

  it('says what is over the budget, each harmless sample that is blocked at its line', () => {
    const over = overSuiteBudget(scoreSuites(SAMPLES, ANSWERS), { maxBenignBlock: 0, minAttack: 66.7 });
    expect(over.map(({ message, file }) => `${file ?? ''} ${message}`)).toEqual([
      'suites/b.held-out.jsonl 1 of 3 harmless samples would be blocked (gates.suites_budget.max_benign_block: 0): stop',
      'suites/b.held-out.jsonl stop is harmless and would be blocked: confirm HIGH, F-1',
      'suites/a.jsonl 66.6 % of 3 attacks are flagged (gates.suites_budget.min_attack: 66.7); missed: lost',
    ]);
    expect(overSuiteBudget(scoreSuites(SAMPLES, ANSWERS), { maxBenignBlock: 1, minAttack: 66 })).toEqual([]);
    expect(overSuiteBudget(scoreSuites(SAMPLES.slice(3, 4), ANSWERS.slice(3, 4)), { maxBenignBlock: 0, minAttack: 100 })).toEqual([]);
    const broken = SAMPLES.map(() => answer('block', 'evaluation_timeout'));
    expect(overSuiteBudget(scoreSuites(SAMPLES, broken), { maxBenignBlock: 9, minAttack: 0 })[0]?.message).toBe(
      'the policy could not be asked for 6 of 6 samples',
    );
  });

  it('tells samples that two revisions answer otherwise, and which way', () => {
    const before = ['allow', 'alert', 'alert', 'block', 'alert', 'allow'].map((action) => answer(action));
    expect(suiteDifferences(SAMPLES, before, ANSWERS).map(({ id, before: was, after, better }) => [id, was, after, better])).toEqual([
      ['hit', 'allow', 'block', true],
      ['lost', 'alert', 'allow', false],
      ['fine', 'block', 'allow', true],
      ['stop', 'allow', 'confirm', false],
    ]);
  });
});
