import { describe, expect, it, onTestFinished } from 'vitest';
import { scanRules } from '../../../src/judge/scan/rules.js';
import { createScanner } from '../../../src/judge/scan/scanner.js';
import type { Scanner, ScannerOptions } from '../../../src/judge/scan/scanner.js';

function scannerOf(options: ScannerOptions = {}): Scanner {
  const scanner = createScanner(options);
  onTestFinished(() => scanner.close());
  return scanner;
}

const rulesOf = (pattern: string): ReturnType<typeof scanRules> =>
  scanRules({ guardrail: { patterns: { a: [pattern] }, severity_mappings: { a: 'LOW' } } });

describe('the scanner', () => {
  it('answers each text by the rules that came with it', async () => {
    const scanner = scannerOf();
    const rules = ['one', 'two', 'three'].map(rulesOf);
    const texts = Array.from({ length: 12 }, (_, index) => rules[index % 3]);
    const answers = await Promise.all(texts.map((given) => scanner.scan(given ?? rulesOf('x'), 'one two three')));
    expect(answers.map(({ findings }) => findings[0]?.evidence)).toEqual(
      Array.from({ length: 12 }, (_, index) => ['one', 'two', 'three'][index % 3]),
    );
    expect(scanner.state.threadsReplaced).toBe(0);
  });

  it('gives up a scan that takes too long, and goes on with the next', async () => {
    const scanner = scannerOf({ timeoutMs: 1500 });
    // Every other place in the text is another state of the automaton: it is built, never reused.
    let seed = 1;
    const bits = Array.from({ length: 1 << 20 }, () => ((seed = (seed * 48_271) % 2_147_483_647) & 64 ? 'a' : 'b'));
    const hostile = scanner.scan(rulesOf('a(?:a|b){900}c'), `${bits.join('')}c`);
    const waiting = scanner.scan(rulesOf('fine'), 'all is fine');
    await expect(hostile).rejects.toMatchObject({ code: 'scan_timeout' });
    expect((await waiting).severity).toBe('LOW');
    expect(scanner.state.threadsReplaced).toBe(1);
  });

  it('says what a pattern fails with', async () => {
    await expect(scannerOf().scan(rulesOf('('), 'text')).rejects.toMatchObject({ code: 'scan_failed' });
  });

  it('refuses what it has no room for', async () => {
    const scanner = scannerOf({ maxQueue: 1 });
    const rules = rulesOf('x');
    const running = [scanner.scan(rules, 'x'), scanner.scan(rules, 'x')];
    await expect(scanner.scan(rules, 'x')).rejects.toMatchObject({ code: 'evaluation_overloaded' });
    await Promise.all(running);
    await expect(scannerOf({ maxQueuedLength: 4 }).scan(rules, '12345')).rejects.toMatchObject({ code: 'evaluation_overloaded' });
  });

  it('ends with the gateway, telling who waits', async () => {
    const scanner = createScanner();
    const waiting = scanner.scan(rulesOf('x'), 'x');
    await Promise.all([scanner.close(), expect(waiting).rejects.toMatchObject({ code: 'evaluator_closed' })]);
    await expect(scanner.scan(rulesOf('x'), 'x')).rejects.toMatchObject({ code: 'evaluator_closed' });
  });
});
