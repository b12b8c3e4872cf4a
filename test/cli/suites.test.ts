import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliEnv, runCli } from '../helpers/daemon.js';
import { shippedPolicies } from '../helpers/policies.js';
import { tempDir } from '../helpers/temp-dir.js';

const SUITE = [
  '{"id": "wipe", "want": "attack", "kind": "tool", "tool": "shell", "args": {"command": "rm -rf /"}}',
  '{"id": "hello", "want": "benign", "kind": "request", "text": "Good morning to everybody"}',
];

describe('inspect suite run', () => {
  it('scores a folder against another, without colours and without a gateway, and ends with 1 over the budget', async () => {
    const [before, after, home] = [await shippedPolicies(), await shippedPolicies(), await tempDir()];
    const suites = path.join(after, 'suites');
    await mkdir(suites);
    await writeFile(path.join(suites, 'own.jsonl'), SUITE.join('\n'));
    const file = path.join(after, 'rego/data.json');
    const data = JSON.parse(await readFile(file, 'utf8')) as { guardrail: Record<string, Record<string, unknown>> };
    data.guardrail['patterns'] = { ...data.guardrail['patterns'], greeting: ['(?i)good morning'] };
    data.guardrail['severity_mappings'] = { ...data.guardrail['severity_mappings'], greeting: 'CRITICAL' };
    await writeFile(file, JSON.stringify(data));

    const args = ['inspect', 'suite', 'run', after, '--from', before];
    const { code, stdout, stderr } = await runCli(args, cliEnv(home));
    expect(stdout).toMatch(/^2 samples, 100 % of 1 attacks flagged, 1 of 1 harmless blocked \(\d+ ms\)\n/u);
    expect(stdout).toMatch(/^own +1 +1 +0 +0 +1 +1 +0 +0 +50\.0 % +100\.0 %$/mu);
    expect(stdout).toContain('1 harmless, and blocked\n  suites/own.jsonl:2  hello  block CRITICAL  LOCAL-GREETING-1\n');
    expect(stdout).toMatch(
      /1 samples come out otherwise than on [0-9a-f]{12}.*, 1 of them worse\n {2}suites\/own\.jsonl:2 {2}hello {2}benign {2}allow -> block {2}worse/u,
    );
    expect(stderr).toContain('suites/own.jsonl:2');
    expect(stdout + stderr).not.toContain('\u001b[');
    expect(code).toBe(1);

    const { code: ended, stdout: json } = await runCli(
      ['inspect', 'suite', 'run', after, '--json'],
      cliEnv(home, { DEFENSECLAW_GATES_SUITES_BUDGET_MAX_BENIGN_BLOCK: '1' }),
    );
    expect(JSON.parse(json)).toMatchObject({
      score: { samples: 2, benign: { block: 1 } },
      diagnostics: [],
      compared_with: null,
      differences: [],
    });
    expect(ended).toBe(0);
  }, 120_000);

  it('says what a suite is, to a folder without one', async () => {
    const { code, stderr } = await runCli(
      ['inspect', 'suite', 'run', await tempDir({ 'a.rego': 'package a\n\nb := 1\n' })],
      cliEnv(await tempDir()),
    );
    expect(stderr).toContain('no suites in ');
    expect(stderr).toContain('suites/*.jsonl');
    expect(code).toBe(1);
  }, 60_000);
});
