import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { around, labelled, wrapped } from '../../../src/cli/fit.js';
import { renderDiagnostics } from '../../../src/cli/render-diagnostics.js';
import { renderError } from '../../../src/cli/render-error.js';
import { renderTests } from '../../../src/cli/render-tests.js';
import { renderInventory } from '../../../src/cli/render-validation.js';
import { GatewayError } from '../../../src/errors.js';
import type { Diagnostic } from '../../../src/policy/diagnostic.js';

const plain = (_: string, text: string): string => text;
const red = (_: string, text: string): string => `\u001b[31m${text}\u001b[39m`;

const LONG: Diagnostic = {
  ...{ severity: 'error', code: 'rego_type_error', file: 'guardrail.rego', row: 12, col: 91 },
  message: 'rego_type_error of a function whose arguments are told with all of their types: have (number, number), want (string, any)',
  line: `verdict := ${'x'.repeat(79)}?${'y'.repeat(200)}`,
};

function widest(text: string): number {
  return Math.max(
    ...stripVTControlCharacters(text)
      .split('\n')
      .map((line) => line.length),
  );
}

describe('a line that is longer than the terminal', () => {
  it('is broken between words, and goes on indented', () => {
    expect(wrapped('one two three four five six seven', 2, 30)).toBe('one two three four five six\n  seven');
    expect(wrapped('  one two three four five six seven', 4, 30)).toBe('  one two three four five\n    six seven');
    expect(labelled('Error: ', 'one two three four five six seven', 7, 30)).toBe('Error: one two three four five\n       six seven');
  });

  it('is broken within a word that is longer than the terminal', () => {
    expect(wrapped('a'.repeat(70), 2, 32)).toBe(`${'a'.repeat(30)}\n  ${'a'.repeat(30)}\n  ${'a'.repeat(10)}`);
  });

  it('keeps its paint on each of its lines, and obeys nothing else', () => {
    expect(wrapped(`${red('', 'one two three four five six seven')} \u001b[2J`, 0, 20)).toBe(
      '\u001b[31mone two three four\u001b[39m\n\u001b[31mfive six seven\u001b[39m\n\\u001b[2J',
    );
  });

  it('is left as it is in a pipe', () => {
    expect(wrapped('one two three four five six seven', 2, undefined)).toBe('one two three four five six seven');
  });
});

describe('a line of source', () => {
  it.each([
    ['that fits is shown', 'abcdef', 3, 6, { text: 'abcdef', at: 3 }],
    ['is cut behind its beginning', 'abcdefghij', 1, 6, { text: 'abcde…', at: 1 }],
    ['is cut on both sides', 'abcdefghijklmnop', 8, 7, { text: '…ghijk…', at: 3 }],
    ['is cut before its end', 'abcdefghij', 9, 6, { text: '…fghij', at: 5 }],
    ['has a place behind its end', 'abcdefghij', 10, 6, { text: '…fghij', at: 6 }],
    ['is counted in characters', '👩👩👩👩👩👩👩👩', 5, 5, { text: '…👩👩👩👩', at: 2 }],
  ])('%s', (_, line, at, room, shown) => {
    expect(around(line, at, room)).toEqual(shown);
  });
});

describe('findings', () => {
  it.each([60, 120])('fit a terminal of %i columns, with the caret under what it is about', (columns) => {
    const text = renderDiagnostics(
      [{ ...LONG, hint: 'a hint of many words that does not fit into one line of sixty columns' }],
      red,
      columns,
    );
    expect(widest(text)).toBeLessThanOrEqual(columns);
    const lines = stripVTControlCharacters(text).split('\n');
    const caret = lines.findIndex((line) => line.trim() === '^');
    expect(lines[caret - 1]?.[lines[caret]?.indexOf('^') ?? -1]).toBe('?');
    expect(
      lines
        .slice(0, caret - 1)
        .join(' ')
        .replaceAll(/\s+/gu, ' '),
    ).toContain(LONG.message);
  });

  it('are the same in a pipe as ever', () => {
    const [head = '', line = ''] = renderDiagnostics([LONG], plain).split('\n');
    expect(head).toBe(`guardrail.rego:12:91: error: ${LONG.message} [rego_type_error]`);
    expect(line).toBe(`    ${LONG.line ?? ''}`);
  });
});

describe('an error', () => {
  it('does not tell twice what its message tells whole', () => {
    const diagnostics: readonly Diagnostic[] = ['a opened', 'b opened'].map((message) => ({
      severity: 'error',
      code: 'policy_impact',
      message,
    }));
    const error = new GatewayError('policy_impact', 'reload failed: a opened; b opened: id-1, id-2', { details: { diagnostics } });
    expect(renderError(error, plain).split('\n')[0]).toBe('Error: reload failed: a opened; b opened: id-1, id-2 [policy_impact]');
  });

  it('shows all of its findings when one of them says more', () => {
    const diagnostics: readonly Diagnostic[] = [{ severity: 'error', code: 'policy_guard', message: 'a is gone' }, LONG];
    const error = new GatewayError('policy_guard', 'a is gone (and 1 more)', { details: { diagnostics } });
    expect(renderError(error, plain)).toContain('error: a is gone [policy_guard]\n');
  });

  it('fits a terminal, and what to do next stands under it', () => {
    const text = renderError(new GatewayError('policy_rejected', LONG.message), plain, 60);
    expect(widest(text)).toBeLessThanOrEqual(60);
    expect(text).toMatch(/^Error: rego_type_error.*\n {7}\S/u);
    expect(text).toContain('\nNext:  Mend the lines');
  });
});

describe('tests', () => {
  const location = { file: 'guardrail_facts_test.rego', row: 210, col: 1 };
  const result = {
    ...{ package: 'data.defenseclaw.guardrail_facts_test', name: 'test_a_name_that_says_what_has_to_hold', status: 'fail' as const },
    ...{ durationNs: 1e6, location, output: ['a line that was printed and is longer than a terminal of sixty columns'] },
  };

  it.each([60, 120])('fit a terminal of %i columns', (columns) => {
    const text = renderTests({ results: [result] }, plain, { verbose: false, varValues: false, columns });
    expect(widest(text)).toBeLessThanOrEqual(columns);
    expect(text).toContain('0 passed, 1 failed');
  });
});

describe('what a folder holds', () => {
  it.each([60, 120])('fits a terminal of %i columns', (columns) => {
    const some = Array.from({ length: 12 }, (_, n) => `folder/module-${n}.rego`);
    const ignored = [{ path: 'a/very/long/path/of/a/file.txt', why: 'is neither Rego nor data, and lies where nobody looks' }];
    const files = { served: some, tests: some, data: ['data.json'], overlays: [], schemas: [], suites: [], judge: [], pack: [], ignored };
    const text = renderInventory({ root: '/policies', files }, plain, columns);
    expect(widest(text)).toBeLessThanOrEqual(columns);
    expect(text.replaceAll(/\s+/gu, ' ')).toContain(some.join(' '));
  });
});
