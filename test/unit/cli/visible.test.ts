import { describe, expect, it } from 'vitest';
import { place, renderDiagnostics } from '../../../src/cli/render-diagnostics.js';
import { visible, visibleBetweenPaint, visibleLine } from '../../../src/cli/visible.js';

const plain = (_: string, text: string): string => text;

describe('text for a terminal', () => {
  it.each([
    ['a colour', '\u001b[31mred', String.raw`\u001b[31mred`],
    ['a title', 'a\u001b]0;title\u0007b', String.raw`a\u001b]0;title\u0007b`],
    ['a control of eight bits', '\u009b2J', String.raw`\u009b2J`],
    ['a carriage return', 'bad\rgood', String.raw`bad\u000dgood`],
    ['text that turns direction', 'a\u202eb', String.raw`a\u202eb`],
    ['newline and tab, which stay', 'a\n\tb', 'a\n\tb'],
    ['letters of any script', 'zażółć 你好 👩‍💻', 'zażółć 你好 👩‍💻'],
  ])('shows %s instead of obeying it', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it('keeps JSON the same document', () => {
    const value = { a: '\u009b\u007f\u202e' };
    expect(JSON.parse(visible(JSON.stringify(value)))).toEqual(value);
  });

  it('keeps a file name on its line', () => {
    expect(visibleLine('a\nb\tc')).toBe(String.raw`a\u000ab\u0009c`);
    expect(place({ file: 'e\nvil.rego', row: 3, col: 1 })).toBe(String.raw`e\u000avil.rego:3:1`);
  });

  it('leaves paint alone and nothing else', () => {
    expect(visibleBetweenPaint('\u001b[31mred\u001b[39m \u001b[2J \u001b[8mhidden')).toBe(
      '\u001b[31mred\u001b[39m \\u001b[2J \\u001b[8mhidden',
    );
  });

  it('puts the caret under its column behind an escape, and drops the return of a Windows line', () => {
    const diagnostic = { severity: 'error', code: 'c', message: 'm', file: 'a.rego', row: 1, col: 3, line: '\u001bx]\r' } as const;
    const [, line = '', caret = ''] = visible(renderDiagnostics([diagnostic], plain)).split('\n');
    expect(line).toBe(String.raw`    \u001bx]`);
    expect(caret.indexOf('^')).toBe(line.indexOf(']'));
  });
});
