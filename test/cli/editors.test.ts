import { spawn } from 'node:child_process';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { cliEnv, runCli } from '../helpers/daemon.js';
import { ROOT } from '../helpers/policies.js';
import { tempDir } from '../helpers/temp-dir.js';
import { waitFor } from '../helpers/wait-for.js';

interface TasksFile {
  readonly tasks: readonly [
    {
      readonly command: string;
      readonly problemMatcher: {
        readonly pattern: { readonly regexp: string };
        readonly background: { readonly beginsPattern: string; readonly endsPattern: string };
      };
    },
  ];
}

const page = await readFile(path.join(ROOT, 'docs/editors.md'), 'utf8');
const { tasks } = JSON.parse(/```json\n(.*?)```/su.exec(page)?.[1] ?? '') as TasksFile;
const { pattern, background } = tasks[0].problemMatcher;

/** What vim takes each of the formats to be, as far as ours use them. */
const VIM_PARTS: Readonly<Record<string, string>> = { '%f': '(.+)', '%l': '(\\d+)', '%c': '(\\d+)', '%t': '(.)', '%m': '(.+)', '\\ ': ' ' };
const vimPatterns = (/^set errorformat=(.*)$/mu.exec(page)?.[1] ?? '')
  .split(',')
  .map((format) => new RegExp(`^${format.replaceAll(/%[flctm]|\\ /gu, (part) => VIM_PARTS[part] ?? part)}$`, 'iu'));

/** Findings as both editors read them; fails for a line that one of them would lose. */
function findings(stdout: string): string[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [, file, row, column, severity] = new RegExp(pattern.regexp, 'u').exec(line) ?? [];
      const inVim = vimPatterns.map((format) => format.exec(line)).find((match) => match !== null);
      expect(inVim?.slice(1, 5), line).toEqual([file, row, column, severity?.[0]]);
      return `${file ?? ''}:${row ?? ''} ${severity ?? ''}`;
    });
}

/** Rego as the shipped domain has it by name, with data that disarms it. */
const FILES = {
  'policies/admission.rego': 'package defenseclaw.admission\n\nimport data.b\n\nverdict := "x"\n',
  'policies/data.json': '{\n  "config": 5\n}\n',
};

it('findings of every kind are lines that the editors of docs/editors.md understand', async () => {
  const dir = await tempDir(FILES);
  const run = async (): ReturnType<typeof runCli> =>
    runCli(['policy', 'validate', '--format', 'unix', 'policies'], cliEnv(await tempDir()), { cwd: dir });
  const { code, stdout } = await run();
  expect(code).toBe(1);
  expect(findings(stdout)).toEqual(expect.arrayContaining(['policies/admission.rego:3 warning', 'policies/data.json:2 error']));
  await rm(path.join(dir, 'policies/data.json'));
  expect(findings((await run()).stdout)).toContain('policies:1 error');
  await rm(path.join(dir, 'policies/admission.rego'));
  const empty = await run();
  expect(findings(empty.stdout)).toEqual(['policies:1 error']);
  expect(empty.code).toBe(1);
  expect(empty.stderr).toContain('no .rego module');
});

it('the rounds of --watch begin and end as docs/editors.md says, also through a folder that is moved away and back', async () => {
  const dir = await tempDir({ 'policies/a.rego': 'package a\n\nx := {\n' });
  expect(tasks[0].command).toBe('defenseclaw-gateway policy validate --watch --format unix policies');
  const args = [path.join(ROOT, 'bin/run.cjs'), ...tasks[0].command.split(' ').slice(1)];
  const child = spawn(process.execPath, args, { cwd: dir, env: cliEnv(await tempDir()) });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const rounds = (regexp: string): number => stderr.match(new RegExp(regexp, 'gmu'))?.length ?? 0;
  const round = async (what: string, done: () => boolean): Promise<void> =>
    waitFor(what, () => done() && rounds(background.endsPattern) === rounds(background.beginsPattern) + 1).then(() => undefined);
  await round('the first findings', () => stdout !== '');
  expect(findings(stdout)).toEqual(['policies/a.rego:3 error']);
  await rename(path.join(dir, 'policies'), path.join(dir, 'away'));
  await round('that the folder is gone', () => stderr.includes('[policy_dir_missing]'));
  expect(findings(stdout).at(-1)).toBe('policies:1 error');
  await writeFile(path.join(dir, 'away/a.rego'), 'package a\n\n\n\ny := {\n');
  await rename(path.join(dir, 'away'), path.join(dir, 'policies'));
  await round('findings of the folder that is back', () => stdout.includes('a.rego:5:'));
  child.kill('SIGINT');
  expect(await ended).toBe(1);
});
