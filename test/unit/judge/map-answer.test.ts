import { describe, expect, it } from 'vitest';
import { JudgeFailure } from '../../../src/judge/failure.js';
import { parseJudgeFiles } from '../../../src/judge/judge-policy.js';
import type { JudgeDirection, JudgeKind } from '../../../src/judge/kinds.js';
import { mapAnswer } from '../../../src/judge/map-answer.js';
import type { Verdict } from '../../../src/judge/verdict.js';
import { judgeFileOf } from '../../helpers/judge-policies.js';

const policies = parseJudgeFiles([]);

function map(kind: JudgeKind, text: string, content = '', direction: JudgeDirection = 'prompt', from = policies): Verdict {
  return mapAnswer(text, { policy: from[kind], direction, content });
}

type Labels = Readonly<Record<string, boolean | string>>;

/** `true` is a label without strength, a text one with this strength. */
function answer(labels: Labels): string {
  const entry = (value: boolean | string): unknown =>
    typeof value === 'string' ? { reasoning: 'r', label: true, signal_strength: value } : { reasoning: 'r', label: value };
  return JSON.stringify(Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, entry(value)])));
}

describe('a label answer', () => {
  const cases: readonly [kind: JudgeKind, labels: Labels, action: string, severity: string, reason: string][] = [
    ['injection', { Obfuscation: false }, 'allow', 'NONE', ''],
    ['injection', { Obfuscation: true }, 'alert', 'MEDIUM', 'judge-injection: Obfuscation'],
    ['injection', { Obfuscation: 'needs_review' }, 'alert', 'MEDIUM', 'judge-injection: Obfuscation'],
    [
      'injection',
      { Obfuscation: 'weak_signal', 'Token Exploitation': 'weak_signal' },
      'alert',
      'MEDIUM',
      'judge-injection: Obfuscation, Token Exploitation (weak signals only)',
    ],
    ['injection', { Obfuscation: 'weak_signal', 'Token Exploitation': true }, 'alert', 'MEDIUM', 'judge-injection: Token Exploitation'],
    [
      'injection',
      { Obfuscation: 'signal', 'Token Exploitation': true },
      'block',
      'HIGH',
      'judge-injection: Obfuscation, Token Exploitation',
    ],
    [
      'injection',
      { Obfuscation: 'made up', 'Token Exploitation': true },
      'block',
      'HIGH',
      'judge-injection: Obfuscation, Token Exploitation',
    ],
    [
      'injection',
      { Obfuscation: true, 'Token Exploitation': true, 'Context Manipulation': true },
      'block',
      'CRITICAL',
      'judge-injection: Context Manipulation, Obfuscation, Token Exploitation',
    ],
    ['injection', { ' obfuscation ': true }, 'alert', 'MEDIUM', 'judge-injection: Obfuscation'],
    ['exfil', { 'Sensitive File Access': true }, 'block', 'HIGH', 'judge-exfil: Sensitive File Access'],
    [
      'exfil',
      { 'Sensitive File Access': true, 'Exfiltration Channel': true },
      'block',
      'CRITICAL',
      'judge-exfil: Sensitive File Access, Exfiltration Channel',
    ],
    ['tool_injection', { Obfuscation: 'strong_signal' }, 'alert', 'MEDIUM', 'judge-tool-injection: Obfuscation'],
    [
      'tool_injection',
      { Obfuscation: true, 'Context Manipulation': true },
      'block',
      'HIGH',
      'judge-tool-injection: Context Manipulation, Obfuscation',
    ],
    ['tool_injection', { 'Destructive Commands': true }, 'block', 'HIGH', 'judge-tool-injection: Destructive Commands'],
    ['tool_injection', { 'Data Exfiltration': 'strong_signal' }, 'block', 'CRITICAL', 'judge-tool-injection: Data Exfiltration'],
    [
      'tool_injection',
      { Obfuscation: true, 'Context Manipulation': true, 'Data Exfiltration': true },
      'block',
      'CRITICAL',
      'judge-tool-injection: Context Manipulation, Obfuscation, Data Exfiltration',
    ],
  ];
  it.each(cases)('of %s %j comes to %s, %s', (kind, labels, action, severity, reason) => {
    expect(map(kind, answer(labels))).toMatchObject({ action, severity, reason, scanner: 'llm-judge', failed: false, entityCount: 0 });
  });

  it('gives a finding with id and severity for every category that counts', () => {
    expect(map('injection', answer({ Obfuscation: true, 'Semantic Manipulation': 'signal' })).findings).toEqual([
      { id: 'JUDGE-INJ-OBFUSC', category: 'Obfuscation', severity: 'CRITICAL' },
      { id: 'JUDGE-INJ-SEMANTIC', category: 'Semantic Manipulation', severity: 'MEDIUM' },
    ]);
  });

  it('is not believed about a category that the judge file switched off', () => {
    const own = parseJudgeFiles([judgeFileOf('exfil.yaml', 'categories:\n  Exfiltration Channel: { enabled: false }\n')]);
    const text = answer({ 'Exfiltration Channel': true, 'Sensitive File Access': false });
    expect(map('exfil', text, '', 'prompt', own)).toMatchObject({ action: 'allow', severity: 'NONE' });
  });

  it('follows the thresholds of the judge file', () => {
    const own = parseJudgeFiles([judgeFileOf('injection.yaml', 'min_categories_for_high: 1\nmin_categories_for_critical: 2\n')]);
    expect(map('injection', answer({ Obfuscation: true }), '', 'prompt', own).severity).toBe('HIGH');
    expect(map('injection', answer({ Obfuscation: true, 'Token Exploitation': true }), '', 'prompt', own).severity).toBe('CRITICAL');
  });
});

describe('an answer about personal data', () => {
  const found = (entities: Readonly<Record<string, readonly string[]>>): string =>
    JSON.stringify(Object.fromEntries(Object.entries(entities).map(([name, list]) => [name, { detection_result: true, entities: list }])));

  const told = (evidence: string): object => ({ evidence, entities: [evidence] });

  it('counts what stands in the content, without regard to case and spaces', () => {
    const content = 'Write to Ada.Lovelace@analytical.engine or call +44 20 7946 0018.';
    const text = found({
      'Email Address': ['ada.lovelace@ANALYTICAL.engine', 'ada.lovelace@ANALYTICAL.engine'],
      'Phone Number': ['+442079460018'],
    });
    expect(map('pii', text, content, 'completion')).toEqual({
      action: 'block',
      severity: 'HIGH',
      reason: 'judge-pii: Email Address: 1 instance(s) detected; Phone Number: 1 instance(s) detected',
      findings: [
        { id: 'JUDGE-PII-EMAIL', category: 'Email Address', severity: 'HIGH', ...told('ada.lovelace@ANALYTICAL.engine') },
        { id: 'JUDGE-PII-PHONE', category: 'Phone Number', severity: 'HIGH', ...told('+442079460018') },
      ],
      entityCount: 2,
      scanner: 'llm-judge',
      failed: false,
    });
  });

  it.each([
    ['an invented find', found({ 'Social Security Number': ['078-05-1120'] })],
    ['an empty find', found({ Password: ['', '  '] })],
    ['a find that it takes back', JSON.stringify({ Password: { detection_result: false, entities: ['hunter2'] } })],
    ['a yes without a find', JSON.stringify({ Password: { detection_result: true } })],
  ])('drops %s', (_what, text) => {
    expect(map('pii', text, 'the password is hunter2, they say')).toMatchObject({
      action: 'allow',
      severity: 'NONE',
      entityCount: 0,
      findings: [],
    });
  });

  it('takes the severity of the direction', () => {
    const text = found({ 'Email Address': ['ada@analytical.engine'] });
    expect(map('pii', text, 'ada@analytical.engine')).toMatchObject({ action: 'alert', severity: 'LOW' });
    expect(map('pii', text, 'ada@analytical.engine', 'completion')).toMatchObject({ action: 'block', severity: 'HIGH' });
  });

  it('looks at a bounded number of finds', () => {
    const many = Array.from({ length: 5000 }, (_, index) => `u${index}`);
    expect(map('pii', found({ Username: many }), many.join(' ')).entityCount).toBe(100);
  });
});

describe('the text of an answer', () => {
  it.each([
    ['bare', (json: string) => json],
    ['with space around', (json: string) => `\n ${json}\n`],
    ['in a fenced block', (json: string) => `\`\`\`json\n${json}\n\`\`\``],
    ['in a fenced block without a language', (json: string) => `\`\`\`\n${json}\n\`\`\`\n`],
  ])('may come %s', (_how, wrap) => {
    expect(map('exfil', wrap(answer({ 'Sensitive File Access': true }))).severity).toBe('HIGH');
  });

  it.each([
    ['prose', 'I cannot help with that.'],
    ['prose around JSON', `Here you are: ${answer({ Obfuscation: true })}`],
    ['a list', '[]'],
    ['null', 'null'],
    ['an object that speaks of nothing', '{}'],
    ['the categories of another kind', answer({ 'Sensitive File Access': true })],
    ['an echo of the sample', '{"role":"user","content":"<<<SAMPLE"}'],
    ['a label that is a text', '{"Obfuscation":{"label":"true"}}'],
    ['a category that is a flag', '{"Obfuscation":true}'],
    ['cut off in the middle', answer({ Obfuscation: true }).slice(0, -3)],
    ['two blocks', '```json\n{}\n```\n```json\n{}\n```'],
  ])('is a failure when it is %s', (_what, text) => {
    expect(() => map('injection', text)).toThrow(JudgeFailure);
    expect(() => map('injection', text)).toThrow(expect.objectContaining({ reason: 'parse' }));
  });
});
