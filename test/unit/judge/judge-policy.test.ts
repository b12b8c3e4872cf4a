import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.js';
import { shippedJudgeFiles } from '../../../src/judge/defaults.js';
import { judgePolicyOf } from '../../../src/judge/judge-gate.js';
import { judgeDiagnostics, parseJudgeFiles, severityFor } from '../../../src/judge/judge-policy.js';
import type { Diagnostic } from '../../../src/policy/diagnostic.js';
import { createMemoryEngine, judgeFileOf, sourceOf } from '../../helpers/judge-policies.js';

function refusal(name: string, text: string): readonly Diagnostic[] {
  try {
    parseJudgeFiles([judgeFileOf(name, text)]);
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === 'policy_judge_invalid') return thrown.details['diagnostics'] as Diagnostic[];
    throw thrown;
  }
  return [];
}

describe('the shipped judge files', () => {
  it('are what holds without files, and say the same when they lie in the folder', () => {
    expect(parseJudgeFiles(shippedJudgeFiles())).toEqual(parseJudgeFiles([]));
  });

  it('have a prompt, an id and a severity of their own for every category', () => {
    const policies = Object.values(parseJudgeFiles([]));
    const ids = policies.flatMap(({ categories }) => categories.map(({ id }) => id));
    expect(ids).toEqual([
      ...['INSTRUCT', 'CONTEXT', 'OBFUSC', 'SEMANTIC', 'TOKEN'].map((end) => `JUDGE-INJ-${end}`),
      ...['EMAIL', 'IP', 'PHONE', 'DL', 'PASSPORT', 'SSN', 'USER', 'PASS'].map((end) => `JUDGE-PII-${end}`),
      ...['JUDGE-EXFIL-FILE', 'JUDGE-EXFIL-CHANNEL'],
      ...['INSTRUCT', 'CONTEXT', 'OBFUSC', 'EXFIL', 'DESTRUCT'].map((end) => `JUDGE-TOOL-INJ-${end}`),
    ]);
    for (const policy of policies)
      expect(policy).toMatchObject({ enabled: true, minContentBytes: 20, systemPrompt: expect.stringContaining('categories') as string });
  });

  it('weigh an e-mail address less in a prompt than in a completion', () => {
    const email = parseJudgeFiles([]).pii.categories.find(({ name }) => name === 'Email Address');
    if (email === undefined) throw new Error('Expected the category Email Address');
    expect([severityFor(email, 'prompt'), severityFor(email, 'completion'), severityFor(email, 'tool_response')]).toEqual([
      'LOW',
      'HIGH',
      'HIGH',
    ]);
  });
});

describe('a judge file', () => {
  it('changes what it names and leaves the rest as shipped', () => {
    const text = 'min_categories_for_high: 1\ncategories:\n  Obfuscation: { enabled: false }\n  Token Exploitation: { severity: low }\n';
    const { injection, pii } = parseJudgeFiles([judgeFileOf('injection.yaml', text)]);
    const shipped = parseJudgeFiles([]);
    expect(injection).toMatchObject({ minForHigh: 1, singleMax: 'MEDIUM', systemPrompt: shipped.injection.systemPrompt });
    expect(injection.categories.filter(({ enabled }) => !enabled).map(({ name }) => name)).toEqual(['Obfuscation']);
    expect(injection.categories.find(({ name }) => name === 'Token Exploitation')?.severity).toBe('LOW');
    expect(pii).toEqual(shipped.pii);
  });

  it('replaces shipped severities of single directions by the one that it gives for all', () => {
    const { pii } = parseJudgeFiles([judgeFileOf('pii.yml', 'categories:\n  Email Address: { severity_default: CRITICAL }\n')]);
    expect(pii.categories[0]).toMatchObject({ severity: 'CRITICAL', severityPrompt: undefined });
  });

  const refused: readonly [what: string, name: string, text: string, row: number, col: number, message: string][] = [
    ['a second document', 'pii.yaml', 'enabled: true\n---\nenabled: false\n', 2, 1, 'Expected one document'],
    ['an unknown key', 'pii.yaml', 'version: 1\nenabeld: true\n', 2, 1, 'Did you mean enabled?'],
    ['an unknown key of a category', 'pii.yaml', 'categories:\n  Password:\n    severty: LOW\n', 3, 5, 'Did you mean severity?'],
    ['an unknown category', 'exfil.yaml', 'categories:\n  Exfiltration Chanel: {}\n', 2, 3, 'Did you mean Exfiltration Channel?'],
    ['an unknown kind', 'injecton.yaml', 'enabled: true\n', 1, 1, 'Did you mean injection?'],
    ['a severity that is none', 'pii.yaml', 'categories:\n  Password: { severity: DIRE }\n', 2, 15, 'severity'],
    ['two severities for one thing', 'pii.yaml', 'categories:\n  Password: { severity: LOW, severity_default: LOW }\n', 2, 3, 'got both'],
    ['a number out of bounds', 'exfil.yaml', 'min_categories_for_high: 0\n', 1, 1, 'min_categories_for_high'],
    ['an empty prompt', 'exfil.yaml', 'system_prompt: "  "\n', 1, 1, 'system_prompt'],
    ['another name than its own', 'exfil.yaml', 'version: 1\nname: pii\n', 2, 1, 'Expected the name exfil'],
    ['broken YAML', 'exfil.yaml', 'version: 1\ncategories: [\n', 3, 1, ''],
    ['a key given twice', 'exfil.yaml', 'version: 1\nversion: 1\n', 2, 1, 'unique'],
    ['a list', 'exfil.yaml', '- a\n', 1, 1, 'expected object'],
    ['deep nesting', 'exfil.yaml', `a: ${'['.repeat(40)}${']'.repeat(40)}\n`, 1, 1, 'levels of nesting'],
    ['too many bytes', 'exfil.yaml', `# ${'x'.repeat(300_000)}\n`, 1, 1, 'bytes'],
  ];
  it.each(refused)('is refused for %s, naming the place', (_what, name, text, row, col, message) => {
    const [first] = refusal(name, text);
    expect(first).toMatchObject({ severity: 'error', code: 'policy_judge_invalid', file: `judge/${name}`, row, col });
    expect(first?.message).toContain(message);
    // The place is said once, by whoever shows the finding, and by the error as a whole.
    expect(first?.message).not.toContain(`judge/${name}`);
    expect(() => parseJudgeFiles([judgeFileOf(name, text)])).toThrow(`judge/${name}:${row}:${col}: `);
  });

  it('is refused when another file gives the same kind', () => {
    const files = [judgeFileOf('pii.yaml', 'enabled: false\n'), judgeFileOf('pii.yml', 'enabled: true\n')];
    expect(() => parseJudgeFiles(files)).toThrow('keep one of them');
  });

  it('tells all problems of all files at once', () => {
    const files = [judgeFileOf('exfil.yaml', 'a: 1\nb: 2\n'), judgeFileOf('pii.yaml', 'c: 3\n')];
    expect(judgeDiagnostics(files).map(({ file, row }) => [file, row])).toEqual([
      ['judge/exfil.yaml', 1],
      ['judge/exfil.yaml', 2],
      ['judge/pii.yaml', 1],
    ]);
  });

  it('may hold an adjudication prompt of an older pack, with a warning', () => {
    expect(judgeDiagnostics([judgeFileOf('exfil.yaml', 'adjudication_prompt: old\n')])).toMatchObject([{ severity: 'warning', row: 1 }]);
  });
});

describe('judge files of a revision', () => {
  it('are read once', async () => {
    const revision = { source: await sourceOf([judgeFileOf('pii.yaml', 'enabled: false\n')]) };
    expect((await judgePolicyOf(revision)).pii.enabled).toBe(false);
    expect(await judgePolicyOf(revision)).toBe(await judgePolicyOf(revision));
  });

  it('are read while the thread that decides goes on, and come out the same', async () => {
    const small = 'enabled: false\n';
    const large = `${small}system_prompt: |\n${'  Look for what should not be there.\n'.repeat(1500)}`;
    const [few, many] = await Promise.all([sourceOf([judgeFileOf('pii.yaml', small)]), sourceOf([judgeFileOf('pii.yaml', large)])]);
    const here = await judgePolicyOf({ source: few });
    expect(await judgePolicyOf({ source: many })).toEqual({
      ...here,
      pii: { ...here.pii, systemPrompt: expect.stringMatching(/^(?:Look for what should not be there\.\s*){1500}$/u) as string },
    });

    const hostile = await sourceOf([judgeFileOf('pii.yaml', `a: [${'{b: c}, '.repeat(20_000)}]`)]);
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    await expect(judgePolicyOf({ source: hostile })).rejects.toMatchObject({
      code: 'policy_judge_invalid',
      details: { diagnostics: [{ row: 1 }] },
    });
    clearInterval(counting);
    // On this thread it would be one turn.
    expect(turns).toBeGreaterThan(5);
  });

  it('of unknown names are refused without being read', () => {
    const [found] = judgeDiagnostics([judgeFileOf('unknown.yaml', ': : :\n- [')]);
    expect(found).toMatchObject({ file: 'judge/unknown.yaml', row: 1, col: 1, severity: 'error' });
    expect(found?.message).toContain('No judge is called unknown');
  });

  it('reject a reload when they are broken, and the old revision serves on', async () => {
    const memory = createMemoryEngine();
    await memory.engine.reload('boot');
    const before = memory.engine.current;
    memory.files = [judgeFileOf('pii.yaml', 'enabeld: true\n')];
    const outcome = await memory.engine.reload('watch');
    expect(outcome).toMatchObject({
      status: 'rejected',
      error: { code: 'policy_judge_invalid' },
      diagnostics: [{ file: 'judge/pii.yaml', row: 1, col: 1 }],
    });
    expect(memory.engine.current).toBe(before);
  });
});
