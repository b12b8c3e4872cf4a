import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, cp } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../helpers/free-port.js';
import { ROOT } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';
import { consoleBlocks, isLogLine, missingLines, stable } from './console-blocks.js';

const PAGES = ['README.md', ...readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`)];
const BLOCKS = PAGES.flatMap((page) => consoleBlocks(page, readFileSync(path.join(ROOT, page), 'utf8')));
const TOUR = BLOCKS.filter(({ page, notRun }) => page === 'README.md' && notRun === undefined).flatMap(({ steps }) => steps);
const DONE = '@@done@@';

/** Of one wait: a start takes a second on a quiet machine. */
const LIMIT_MS = 120_000;

/** A clone's policies, a home of its own and the command on the PATH, as after `npm link`. */
async function newcomer(port: number): Promise<{ readonly cwd: string; readonly env: NodeJS.ProcessEnv }> {
  const cwd = await tempDir({
    'home/config.yaml': `gateway:\n  api_port: ${port}\n  shutdown_wait: 0s\nlog:\n  format: pretty\n`,
    'bin/defenseclaw-gateway': `#!/bin/sh\nexec '${process.execPath}' '${path.join(ROOT, 'bin/run.cjs')}' "$@"\n`,
  });
  await chmod(path.join(cwd, 'bin/defenseclaw-gateway'), 0o755);
  await cp(path.join(ROOT, 'policies'), path.join(cwd, 'policies'), { recursive: true });
  const home = path.join(cwd, 'home');
  return { cwd, env: { HOME: home, DEFENSECLAW_HOME: home, PATH: `${path.join(cwd, 'bin')}:${process.env['PATH'] ?? ''}` } };
}

function collect(child: ChildProcessWithoutNullStreams): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}

describe('the console blocks of the pages', () => {
  it.each(BLOCKS.map((block) => [`${block.page}:${block.line}`, block] as const))(
    '%s is run, or says why not',
    (_, { page, steps, notRun }) => {
      expect(steps.length).toBeGreaterThan(0);
      expect(page === 'README.md' || notRun !== undefined).toBe(true);
    },
  );

  it('of the README do what they say, typed in their order', async () => {
    const port = await freePort();
    const { cwd, env } = await newcomer(port);
    const typed = (text: string): string => text.replaceAll('18970', String(port));
    const [start, ...steps] = TOUR;
    if (start === undefined) throw new Error('The tour is empty');

    const gateway = spawn('bash', ['-c', `exec ${start.command}`], { cwd, env });
    onTestFinished(() => void gateway.kill('SIGKILL'));
    const log = collect(gateway);
    await waitFor('the banner', () => log().includes(' token  '), LIMIT_MS);
    const banner = log().split('\n').map(stable);
    // Which line of the log comes first is a matter of the machine.
    expect(banner).toEqual(expect.arrayContaining(start.output.map((line) => stable(typed(line)))));

    const shell = spawn('bash', ['-s'], { cwd, env });
    shell.stdin.write('exec 2>&1\n');
    onTestFinished(() => void shell.kill('SIGKILL'));
    const screen = collect(shell);
    for (const { command, output } of steps) {
      const before = screen().length;
      shell.stdin.write(`${typed(command)}\nprintf '\\n${DONE}\\n'\n`);
      await waitFor(command, () => screen().slice(before).includes(DONE), LIMIT_MS);
      const [logged, printed] = [output.filter(isLogLine), output.filter((line) => !isLogLine(line))];
      expect(missingLines(printed.map(typed), screen().slice(before)), `${command}\n${screen().slice(before)}`).toEqual([]);
      await waitFor(`${logged.join('\n')} after ${command}`, () => missingLines(logged, log()).length === 0, LIMIT_MS);
    }
  }, 600_000);
});
