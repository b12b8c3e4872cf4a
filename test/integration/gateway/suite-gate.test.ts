import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { shippedPolicies } from '../../helpers/policies.js';
import { waitFor } from '../../helpers/wait-for.js';

const ATTACK = '{"id": "wipe", "want": "attack", "kind": "tool", "tool": "shell", "args": {"command": "rm -rf /"}}';
const HONEST = '{"id": "hello", "want": "benign", "kind": "request", "text": "Good morning to everybody"}';
/** The shipped policies block it. */
const WRONG = '{"id": "wrong", "want": "benign", "kind": "tool", "tool": "shell", "args": {"command": "rm -rf /"}}';

interface Gate {
  readonly mode: string;
  readonly state?: string;
  readonly revision?: string;
  readonly cached?: boolean;
  readonly findings?: readonly { readonly message: string; readonly file?: string; readonly row?: number }[];
  readonly score?: Readonly<Record<string, unknown>>;
}

interface Folder extends TestGateway {
  readonly suite: (...lines: readonly string[]) => Promise<void>;
  readonly edit: (name: string, change: (text: string) => string) => Promise<void>;
  readonly gate: () => Promise<Gate>;
  /** Waits until the gate has looked at what serves. */
  readonly settled: (state: string) => Promise<Gate>;
  readonly serving: () => string | undefined;
  readonly audited: (action: string) => readonly string[];
}

async function folder(settings: Readonly<Record<string, unknown>> = {}, lines: readonly string[] = [ATTACK, HONEST]): Promise<Folder> {
  const dir = await shippedPolicies();
  const suite = async (...given: readonly string[]): Promise<void> => {
    await mkdir(path.join(dir, 'suites'), { recursive: true });
    await writeFile(path.join(dir, 'suites/own.jsonl'), `${given.join('\n')}\n`);
  };
  if (lines.length > 0) await suite(...lines);
  const quiet = { 'gateway.watcher.enabled': false, 'gates.tests': 'off', 'gates.impact': 'off', 'gates.timeout': '2m' };
  const started = await startTestGateway(dir, { ...quiet, ...settings });
  const { call, gateway } = started;
  const gate = async (): Promise<Gate> => ((await call('GET', '/status')).json()['gates'] as { suites: Gate }).suites;
  return {
    ...started,
    suite,
    gate,
    edit: async (name, change) => {
      const file = path.join(dir, name);
      await writeFile(file, change(await readFile(file, 'utf8')));
    },
    settled: (state) =>
      waitFor(
        `the suites to be ${state}`,
        async () => {
          const said = await gate();
          return said.state === state ? said : undefined;
        },
        60_000,
      ),
    serving: () => gateway.engine.current?.id,
    audited: (action) => gateway.audit.list({ action }).map(({ details }) => details),
  };
}

/** Good mornings are attacks from now on. */
const cryWolf = (text: string): string => {
  const data = JSON.parse(text) as { guardrail: { patterns: Record<string, string[]>; severity_mappings: Record<string, string> } };
  data.guardrail.patterns['greeting'] = ['(?i)good morning'];
  data.guardrail.severity_mappings['greeting'] = 'CRITICAL';
  return JSON.stringify(data);
};

describe('gates.suites: warn', { timeout: 120_000 }, () => {
  it('asks the inspector about what serves, after the swap, and again when a suite alone changes, which makes no revision', async () => {
    const { suite, call, settled, serving, audited, log } = await folder();
    expect(await settled('passed')).toMatchObject({
      mode: 'warn',
      findings: [],
      score: { samples: 2, attack: { block: 1 }, benign: { allow: 1 }, precision: 1, recall: 1 },
    });
    const served = serving();
    await suite(ATTACK, HONEST, WRONG);
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ changed: false });
    const failed = await settled('failed');
    const [first] = failed.findings ?? [];
    expect(first).toMatchObject({ file: 'suites/own.jsonl', row: 3 });
    expect(first?.message).toContain('1 of 2 harmless samples would be blocked');
    expect(serving()).toBe(served);
    expect(audited('policy-suites')).toEqual([expect.stringMatching(/^suites on what serves: 1 of 2 harmless samples would be blocked/u)]);
    expect(
      log.records.some(({ level, message }) => level === 'warn' && message.startsWith('policy suites failed, the revision serves')),
    ).toBe(true);
    const metrics = (await call('GET', '/metrics')).text;
    expect(metrics).toContain('defenseclaw_policy_gate_runs_total{gate="suites",mode="warn",result="failed"} 1');
    expect(metrics).toContain('defenseclaw_policy_suite_samples{want="benign",outcome="block"} 1');
    expect(metrics).toContain('defenseclaw_policy_gate_passed{gate="suites"} 0');
    await suite(ATTACK, HONEST);
    await call('POST', '/policy/reload');
    expect(await settled('passed')).toMatchObject({ cached: true });
  });

  it('asks the inspector again only where an edit can change what it says', async () => {
    const { edit, call, settled, serving } = await folder();
    expect(await settled('passed')).toMatchObject({ cached: false });
    const reload = async (name: string, change: (text: string) => string): Promise<Gate> => {
      await edit(name, change);
      expect((await call('POST', '/policy/reload')).json()).toMatchObject({ changed: true });
      const gate = await waitFor(
        'the gate to tell of what serves',
        async () => {
          const said = await settled('passed');
          return said.revision === serving() ? said : undefined;
        },
        60_000,
      );
      return gate;
    };
    const appended = (text: string): string => `${text}\nelsewhere := 1\n`;
    expect(await reload('rego/firewall.rego', appended)).toMatchObject({ cached: true, score: { samples: 2 } });
    expect(await reload('rego/guardrail.rego', appended)).toMatchObject({ cached: false });
    expect(await reload('rego/data.json', (text) => `${text}\n`)).toMatchObject({ cached: false });
  });

  it('says nothing of a folder without suites, and asks nobody when it is off', async () => {
    const { gate, suite, call, audited } = await folder({ 'gates.suites': 'off' }, []);
    expect(await gate()).toEqual({ mode: 'off' });
    await suite(WRONG);
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ gates: { suites: { mode: 'off' } } });
    expect(audited('policy-suites')).toEqual([]);
  });
});

describe('gates.suites: enforce', { timeout: 120_000 }, () => {
  it('refuses what blocks a harmless sample or misses attacks, serves on, and is passed by force, audited', async () => {
    const { edit, call, gate, serving, audited } = await folder({ 'gates.suites': 'enforce' });
    expect(await gate()).toMatchObject({ mode: 'enforce', state: 'passed', score: { samples: 2 } });
    const served = serving();
    await edit('rego/data.json', cryWolf);
    const refused = await call('POST', '/policy/reload');
    expect(refused.status).toBe(500);
    expect(refused.headers.get('x-defenseclaw-error')).toBe('policy_suites_failed');
    expect(refused.json()).toMatchObject({
      code: 'policy_suites_failed',
      error: expect.stringMatching(/^reload failed: suites\/own\.jsonl:2: 1 of 1 harmless samples would be blocked .*: hello$/u) as string,
      diagnostics: [
        { file: 'suites/own.jsonl', row: 2, code: 'policy_suites_failed' },
        { message: expect.stringContaining('hello is harmless') as string },
      ],
      gates: { suites: { mode: 'enforce', state: 'failed', score: { benign: { block: 1 } } } },
    });
    expect(serving()).toBe(served);
    const dry = (await call('POST', '/policy/dry-run')).json();
    expect(dry).toMatchObject({ status: 'rejected', code: 'policy_suites_failed', gates: { suites: { state: 'failed', cached: true } } });

    const forced = await call('POST', '/policy/reload', { force: true, by: 'ann@desk' });
    expect(forced.json()).toMatchObject({ changed: true, gates: { suites: { state: 'forced', by: 'ann@desk' } } });
    expect(serving()).not.toBe(served);
    expect(audited('policy-gates-forced')[0]).toMatch(/^gate suites passed by force by ann@desk: 1 of 1 harmless samples/u);
  });

  it('refuses a suite with a line that is no sample, at that line, and a budget that is not kept', async () => {
    const { suite, call } = await folder({ 'gates.suites': 'enforce', 'gates.suites_budget.max_benign_block': 1 });
    await suite(ATTACK, '{"want": "benign"}');
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({
      code: 'policy_suites_failed',
      diagnostics: [{ file: 'suites/own.jsonl', row: 2, message: expect.stringContaining('kind') as string }],
    });
    await suite(ATTACK, WRONG);
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({ status: 'reloaded', gates: { suites: { state: 'passed' } } });
    await suite(HONEST, HONEST.replace('hello', 'other').replace('benign', 'attack'));
    expect((await call('POST', '/policy/reload')).json()).toMatchObject({
      error: 'reload failed: suites/own.jsonl:2: 0 % of 1 attacks are flagged (gates.suites_budget.min_attack: 95); missed: other',
    });
  });
});
