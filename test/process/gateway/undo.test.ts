import { execFileSync } from 'node:child_process';
import { chmod, copyFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { callGateway } from '../../helpers/gateway.js';
import { cliEnv, runCli, startDaemon } from '../../helpers/daemon.js';
import type { Daemon } from '../../helpers/daemon.js';
import { markerModule, ROOT } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const KILL_ROUNDS = Number(process.env['UNDO_KILL_ROUNDS'] ?? 12);

async function marker({ url }: Daemon): Promise<unknown> {
  return (await callGateway(url, 'POST', '/v1/data/marker/value')).json()['result'];
}

async function kill(daemon: Daemon): Promise<void> {
  daemon.child.kill('SIGKILL');
  await daemon.exit;
}

describe('going back at the worst moment', () => {
  it('works with the compiler killed and the folder unparsable, and holds over kill -9 without folder and compiler', async () => {
    const dir = await tempDir({ 'marker.rego': markerModule('good') });
    const home = await tempDir();
    const compiler = path.join(home, 'compiler');
    await copyFile(path.join(ROOT, 'dist/compiler/rego-compiler'), compiler);
    await chmod(compiler, 0o755);
    const env = cliEnv(home, { DEFENSECLAW_REGO_COMPILER: compiler, DEFENSECLAW_HTTP_PROCESSES: '1' });
    const daemon = await startDaemon(['--policy-dir', dir, '--port', '0'], env);
    const flags = ['--port', String(daemon.port)];
    await writeFile(path.join(dir, 'marker.rego'), markerModule('bad'));
    await waitFor('the save to serve', async () => (await marker(daemon)) === 'bad', 20_000);
    await writeFile(path.join(dir, 'marker.rego'), 'package marker\n\nvalue :=\n');
    await waitFor('the save to be rejected', () => daemon.output().stderr.includes('policy rejected'), 20_000);
    const child = execFileSync('pgrep', ['-P', String(daemon.child.pid), '-f', compiler], { encoding: 'utf8' });
    process.kill(Number(child.trim()), 'SIGKILL');
    await rm(compiler);

    const back = await runCli(['policy', 'rollback', '--reason', 'night', ...flags], env);
    expect(back).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{12} -> [0-9a-f]{12} \(.* ms\), pinned: /u) as string });
    expect(await marker(daemon)).toBe('good');
    const { stdout: listing } = await runCli(['policy', 'history'], env);
    expect(listing).toMatch(/rollback .*reloaded .*serving pinned "night"/u);
    expect(listing).toMatch(/watch .*rejected .*policy_rejected/u);

    await kill(daemon);
    await rm(dir, { recursive: true });
    const again = await startDaemon(['--policy-dir', dir, '--port', '0'], env);
    expect(await marker(again)).toBe('good');
    expect((await callGateway(again.url, 'GET', '/status')).json()).toMatchObject({ policy: { pinned: { reason: 'night' } } });
  }, 120_000);

  it(
    'serves what was announced last, whole, after kill -9 at any moment',
    async () => {
      const dir = await tempDir({ 'marker.rego': markerModule('m0') });
      const aside = path.join(path.dirname(dir), `${path.basename(dir)}-aside`);
      const home = await tempDir();
      const env = cliEnv(home, { DEFENSECLAW_HTTP_PROCESSES: '0' });
      const start = (): Promise<Daemon> => startDaemon(['--policy-dir', dir, '--port', '0', '--no-watch'], env);
      let daemon = await start();
      let announced = 'm0';
      let saves = 0;
      for (let round = 0; round < KILL_ROUNDS; round++) {
        let asked = announced;
        /** One after the other until the process is gone: saves, and every third time a way back to what the save before gave. */
        const work = async (): Promise<void> => {
          for (let turn = 0; ; turn++) {
            const before = announced;
            if (turn % 3 === 2) {
              asked = `m${saves - 1}`;
              await callGateway(daemon.url, 'POST', '/policy/rollback', {});
            } else {
              asked = `m${++saves}`;
              await writeFile(path.join(dir, 'marker.rego'), markerModule(asked));
              await callGateway(daemon.url, 'POST', '/policy/reload', {});
            }
            expect(before).not.toBe(asked);
            announced = asked;
          }
        };
        const working = work().catch((thrown: unknown) => thrown);
        const delay = Math.random() * 400;
        await new Promise((resolve) => setTimeout(resolve, delay));
        await kill(daemon);
        expect(String(await working)).toMatch(/fetch failed|socket|terminated/u);

        await rename(dir, aside);
        daemon = await start();
        const serves = await marker(daemon);
        // What was asked for when the process died may have been made durable and not been announced any more.
        expect([announced, asked], `round ${round}, killed after ${delay.toFixed(1)} ms`).toContain(serves);
        announced = String(serves);
        await rename(aside, dir);
        // Free of a pin, and on the folder again.
        saves += 1;
        announced = `m${saves}`;
        await writeFile(path.join(dir, 'marker.rego'), markerModule(announced));
        const resumed = await callGateway(daemon.url, 'POST', '/policy/resume', {});
        expect(resumed.json()).toMatchObject({ status: 'reloaded' });
      }
    },
    60_000 + KILL_ROUNDS * 20_000,
  );
});
