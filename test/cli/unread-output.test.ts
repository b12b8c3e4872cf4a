import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cliEnv } from '../helpers/daemon.js';
import { ROOT } from '../helpers/policies.js';
import { tempDir } from '../helpers/temp-dir.js';

async function run(args: readonly string[], stdout: 'pipe' | number): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [path.join(ROOT, 'bin/run.cjs'), ...args], {
    cwd: ROOT,
    env: cliEnv(await tempDir()),
    stdio: ['ignore', stdout, 'pipe'],
  });
  // Before a word is written: what `| head` does later.
  child.stdout?.destroy();
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stderr };
}

describe('standard output', () => {
  it.each(['--help', 'help policy', 'completion bash', 'policy eval 1 policies', 'policy domains policies --json'])(
    'that nobody reads any more ends `%s` without a word',
    async (command) => {
      const { code, stderr } = await run(command.split(' '), 'pipe');
      expect(stderr).not.toMatch(/error|EPIPE|warning/iu);
      expect(code).toBe(141);
    },
  );

  it('that cannot be written is told of', async () => {
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    const { code, stderr } = await run(['policy', 'domains', 'policies'], full);
    expect(stderr).toContain('Error: standard output cannot be written: ENOSPC');
    expect(stderr).toContain('[output_failed]');
    expect(code).toBe(5);
  });
});
