import { RE2JS, RE2Set } from 're2js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compileRules } from '../../../src/judge/scan/compiled-rules.js';
import { scanRules } from '../../../src/judge/scan/rules.js';
import { scanText } from '../../../src/judge/scan/scan-text.js';
import { staysInLine } from '../../../src/judge/scan/stays-in-line.js';
import { generatedPatterns } from '../../helpers/generated-patterns.js';

afterEach(() => void vi.restoreAllMocks());

const IN_LINE = [
  ...[
    'abc',
    '(?i)\\bkey-[0-9]{4}\\b',
    'a.*b',
    '[A-Za-z0-9._%+-]+@\\w+',
    '(?:a|(?i:b))+c?',
    '(abc)',
    '\\S+\\.\\d',
    '[^\\s/@]{8,}',
    '[^\\n0-9]*',
  ],
  ...['a\\.b\\$', '[\\w\\S\\-]+', 'a{2,3}', ''],
];
const ACROSS = [
  ...[
    'a\\sb',
    'a\\nb',
    'a\nb',
    '(?s).',
    '(?s:a.b)',
    '(?m)a',
    '^a',
    'a$',
    '\\Aa',
    'a\\z',
    '\\Wa',
    '\\Da',
    '[^a]',
    '[\\s]',
    '[\\n-]',
    '[\t-~]',
  ],
  ...['[\\W]', '[^]a]', '[]\\n]', '[[:space:]]', '[^[:alpha:]]', '\\x0a', '\\012', '\\pZ', '\\Qa\\E', '\\C', '(?P<name>a)', '[a', '\\'],
];

interface Place {
  readonly start: number;
  readonly text: string;
}

function places(expression: RE2JS, text: string, from = 0): readonly Place[] {
  const matcher = expression.matcher(text);
  const found: Place[] = [];
  while (matcher.find()) found.push({ start: from + matcher.start(), text: text.slice(matcher.start(), matcher.end()) });
  return found.filter((place) => place.text !== '');
}

function placesByLine(expression: RE2JS, text: string): readonly Place[] {
  let from = 0;
  return text.split('\n').flatMap((line) => {
    const found = places(expression, line, from);
    from += line.length + 1;
    return found;
  });
}

describe('staysInLine', () => {
  it.each(IN_LINE)('%j does', (pattern) => {
    expect(staysInLine(pattern)).toBe(true);
  });

  it.each(ACROSS)('%j may not', (pattern) => {
    expect(staysInLine(pattern)).toBe(false);
  });

  it('is said of patterns that match line by line where they match in the whole', () => {
    const { patterns, texts } = generatedPatterns();
    const inLine = patterns.filter(staysInLine).flatMap((pattern) => {
      try {
        return [RE2JS.compile(pattern)];
      } catch {
        return [];
      }
    });
    expect(inLine.length).toBeGreaterThan(100);
    for (const expression of inLine) {
      for (const text of texts)
        expect(placesByLine(expression, text), `${expression.pattern()} in ${text}`).toEqual(places(expression, text));
    }
  });
});

describe('patterns that match within a line', () => {
  const rules = scanRules({ guardrail: { patterns: { contact: ['\\w+@\\w+', '\\bkey-[0-9]{4}\\b'] }, severity_mappings: {} } });
  const lines = Array.from({ length: 400 }, (_, line) => (line % 100 === 50 ? `mail a${line}@b` : 'nothing of that kind'));

  it('are placed as they stand in the text', () => {
    const text = `${lines.join('\n')}\nkey-1234`;
    const { findings } = scanText(compileRules(rules), text);
    expect(findings.map(({ evidence }) => evidence)).toEqual(['a50@b', 'a150@b', 'a250@b', 'a350@b', 'key-1234']);
    for (const { span, evidence } of findings) expect(text.slice(span.start, span.end)).toBe(evidence);
  });

  it('are looked for in lines that hold what they need alone', () => {
    const groups = compileRules(rules);
    const asked = vi.spyOn(RE2Set.prototype, 'match');
    const placed = vi.spyOn(RE2JS.prototype, 'matcher');
    expect(scanText(groups, lines.join('\n')).findings).toHaveLength(4);
    const length = (calls: readonly (readonly unknown[])[]): number => calls.reduce((sum, [text]) => sum + String(text).length, 0);
    expect(length(asked.mock.calls)).toBeLessThan(60);
    expect(length(placed.mock.calls)).toBeLessThan(60);
  });
});
