import { describe, expect, it } from 'vitest';
import { connect } from '../../helpers/connections.js';
import { cliEnv, startDaemon } from '../../helpers/daemon.js';
import type { Daemon } from '../../helpers/daemon.js';
import { askAlone } from '../../helpers/one-request.js';
import { markerModule } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const ROUNDS = 20;
const CLIENTS = 16;
const MARKER = '/v1/data/marker/value';

interface ServingBlock {
  readonly ready: number;
  readonly pids: readonly number[];
}

/** Undefined when the question went down with the process that had its connection. */
async function serving({ url }: Daemon): Promise<ServingBlock | undefined> {
  const answer = await askAlone(url, 'GET', '/status').catch(() => undefined);
  return answer === undefined ? undefined : (JSON.parse(answer.text) as { readonly serving: ServingBlock }).serving;
}

async function started(): Promise<Daemon> {
  const dir = await tempDir({ 'policy.rego': markerModule('one') });
  return startDaemon(['--policy-dir', dir, '--port', '0', '--no-watch'], cliEnv(await tempDir(), { DEFENSECLAW_HTTP_PROCESSES: '2' }));
}

describe('when serving processes are killed', () => {
  it('the main process lives and answers: all of them at once, 20 times, while clients connect', async () => {
    const daemon = await started();
    const state = { done: false, answered: 0, lost: 0, wrong: [] as string[] };
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (!state.done && daemon.child.exitCode === null) {
        try {
          const { status, text } = await askAlone(daemon.url, 'POST', MARKER);
          state.answered += 1;
          if (status !== 200 || text !== '{"result":"one"}\n') state.wrong.push(`${status} ${text}`);
        } catch {
          state.lost += 1;
        }
      }
    });
    for (let round = 0; round < ROUNDS; round++) {
      const { pids } = await waitFor('all processes', async () => {
        const found = await serving(daemon);
        if (daemon.child.exitCode !== null) throw new Error(`The main process died in round ${round}:\n${daemon.output().stderr}`);
        return found?.ready === 2 && found;
      });
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      const before = state.answered;
      await waitFor('answers after the kill', () => state.answered > before + CLIENTS || daemon.child.exitCode !== null);
    }
    state.done = true;
    await Promise.all(clients);
    expect(daemon.child.exitCode).toBeNull();
    expect(state.wrong).toEqual([]);
    // No client has more than one connection, and a kill costs it no more than that.
    expect(state.lost).toBeLessThanOrEqual(ROUNDS * CLIENTS);
  }, 120_000);
});

describe('when a serving process is stopped', () => {
  it('connections that it did not take are answered elsewhere, and neither health nor metrics wait for it', async () => {
    const dir = await tempDir({ 'policy.rego': markerModule('one') });
    // A process may be silent for as long as a decision may take and some seconds: nothing is replaced in this test.
    const env = cliEnv(await tempDir(), { DEFENSECLAW_HTTP_PROCESSES: '2', DEFENSECLAW_EVALUATION_TIMEOUT: '60s' });
    const daemon = await startDaemon(['--policy-dir', dir, '--port', '0', '--no-watch'], env);
    const [stopped = 0] = (await serving(daemon))?.pids ?? [];
    process.kill(stopped, 'SIGSTOP');
    const kept = connect(daemon.url);
    const others = connect(daemon.url);
    expect([await kept.marker(), await others.marker()]).toEqual(['one', 'one']);
    const answers = await Promise.all(Array.from({ length: CLIENTS }, () => askAlone(daemon.url, 'POST', MARKER)));
    expect(answers.map(({ text }) => text)).toEqual(answers.map(() => '{"result":"one"}\n'));
    for (const route of ['/health', '/metrics', '/status']) {
      const got = await askAlone(daemon.url, 'GET', route);
      expect([route, got.status]).toEqual([route, 200]);
    }
    process.kill(stopped, 'SIGCONT');
    // It finds what it was handed meanwhile, and leaves that alone.
    const after = await Promise.all(Array.from({ length: CLIENTS }, () => askAlone(daemon.url, 'POST', MARKER)));
    expect(after.map(({ text }) => text)).toEqual(after.map(() => '{"result":"one"}\n'));
    expect((await serving(daemon))?.pids).toContain(stopped);
    daemon.child.kill('SIGTERM');
    expect(await daemon.exit).toBe(0);
  });

  it('what it did not take is answered as soon as it is killed', async () => {
    const daemon = await started();
    const pids = (await serving(daemon))?.pids ?? [];
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const asked = Array.from({ length: CLIENTS }, () => askAlone(daemon.url, 'POST', MARKER));
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    expect((await Promise.all(asked)).map(({ text }) => text)).toEqual(asked.map(() => '{"result":"one"}\n'));
  });
});

describe('when the main process was stopped', () => {
  it('its serving processes are not taken to hang: it is the one who heard nothing', async () => {
    const dir = await tempDir({ 'policy.rego': markerModule('one') });
    const env = cliEnv(await tempDir(), { DEFENSECLAW_HTTP_PROCESSES: '2', DEFENSECLAW_EVALUATION_TIMEOUT: '100ms' });
    const daemon = await startDaemon(['--policy-dir', dir, '--port', '0', '--no-watch'], env);
    const before = (await serving(daemon))?.pids;
    daemon.child.kill('SIGSTOP');
    // A process may be silent for 3 s and the time of a decision, looked at once a second: longer than that.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    daemon.child.kill('SIGCONT');
    // Two more looks have been taken when the clock of the gateway is two seconds on.
    const uptime = async (): Promise<number> => {
      const { text } = await askAlone(daemon.url, 'GET', '/health');
      return (JSON.parse(text) as { readonly uptime_ms: number }).uptime_ms;
    };
    const resumed = await uptime();
    await waitFor('two looks', async () => (await uptime()) > resumed + 2_000);
    expect((await serving(daemon))?.pids).toEqual(before);
    expect(daemon.output().stderr).not.toContain('does not answer');
  });
});
