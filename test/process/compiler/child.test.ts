import { execFile } from 'node:child_process';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

import { PROTOCOL_VERSION } from '../../../src/compiler/protocol.js';
import { createRegoCompiler, type RegoCompiler, type RegoCompilerOptions } from '../../../src/compiler/rego-compiler.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const run = promisify(execFile);

const modules = [{ path: 'a.rego', text: 'package a\n\np := 1\n' }];

/** Ten thousand million steps: nothing ends it but a bound. */
const endless = {
  modules: [],
  timeoutMs: 600_000,
  evaluations: [{ query: 'count([1 | some x in numbers.range(1, 100000); some y in numbers.range(1, 100000); x == y + 200000]) == 1' }],
};

function compilerFor(options?: RegoCompilerOptions): RegoCompiler {
  const compiler = createRegoCompiler(options);
  onTestFinished(() => compiler.close());
  return compiler;
}

async function started(compiler: RegoCompiler): Promise<number> {
  await compiler.versions();
  if (compiler.pid === undefined) throw new Error('Expected a running compiler');
  return compiler.pid;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A stand-in for the binary: a Node script, because the child gets no environment to find one by. */
async function fakeBinary(body: string): Promise<string> {
  const file = path.join(await tempDir(), 'rego-compiler');
  await writeFile(file, `#!${process.execPath}\n${body}`);
  await chmod(file, 0o755);
  return file;
}

/** Answers the first message with the given result. */
const answering = (result: object): string => `
  process.stdin.once('data', () => {
    const text = JSON.stringify({ jsonrpc: '2.0', id: 0, result: ${JSON.stringify(result)} });
    process.stdout.write('Content-Length: ' + text.length + '\\r\\n\\r\\n' + text);
  });`;

test('kill -9 fails the running call and the next call starts a new process', async () => {
  const compiler = compilerFor();
  const pid = await started(compiler);
  const running = compiler.evaluate(endless);
  process.kill(pid, 'SIGKILL');
  await expect(running).rejects.toMatchObject({ code: 'compiler_crashed', message: expect.stringContaining('SIGKILL') as string });
  expect(await compiler.build({ modules, hosted: [] })).toMatchObject({ ok: true });
  expect(compiler.pid).not.toBe(pid);
});

test('a process that was killed while idle is replaced', async () => {
  const compiler = compilerFor();
  const pid = await started(compiler);
  process.kill(pid, 'SIGKILL');
  await waitFor('the loss to be noticed', () => compiler.pid === undefined);
  expect(await compiler.build({ modules, hosted: [] })).toMatchObject({ ok: true });
});

test('a call past its bound ends the process, and only that call says so', async () => {
  const compiler = compilerFor();
  const pid = await started(compiler);
  const bystander = compiler.evaluate(endless);
  const late = compiler.evaluate(endless, { timeoutMs: 100 });
  await expect(late).rejects.toMatchObject({ code: 'compiler_timeout' });
  await expect(bystander).rejects.toMatchObject({ code: 'compiler_crashed' });
  await waitFor('the process to end', () => !isRunning(pid));
  expect(await compiler.build({ modules, hosted: [] })).toMatchObject({ ok: true });
});

test('Ctrl-C in the terminal does not reach the compiler', async () => {
  const compiler = compilerFor();
  const pid = await started(compiler);
  process.kill(pid, 'SIGINT');
  expect(await compiler.build({ modules, hosted: [] })).toMatchObject({ ok: true });
  expect(compiler.pid).toBe(pid);
});

test('close ends the process and is idempotent; calls after it are refused', async () => {
  const compiler = compilerFor();
  const pid = await started(compiler);
  const running = compiler.evaluate(endless);
  const refused = expect(running).rejects.toMatchObject({ code: 'compiler_closed' });
  await Promise.all([compiler.close(), compiler.close()]);
  await refused;
  expect(isRunning(pid)).toBe(false);
  await expect(compiler.build({ modules, hosted: [] })).rejects.toMatchObject({ code: 'compiler_closed' });
  await createRegoCompiler().close();
});

test('a script that made a build ends by itself, and its compiler with it', async () => {
  const script = `
    import { createRegoCompiler } from ${JSON.stringify(new URL('../../../src/compiler/rego-compiler.ts', import.meta.url).href)};
    const compiler = createRegoCompiler();
    const built = await compiler.build({ modules: ${JSON.stringify(modules)}, hosted: [] });
    console.log(JSON.stringify({ ok: built.ok, pid: compiler.pid }));`;
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], { timeout: 20_000 });
  const { ok, pid } = JSON.parse(stdout) as { ok: boolean; pid: number };
  expect(ok).toBe(true);
  await waitFor('the compiler to end', () => !isRunning(pid));
});

test('another protocol version is refused, naming both', async () => {
  const override = await fakeBinary(answering({ protocolVersion: 999, opaVersion: '0.1.0', goVersion: 'go1' }));
  await expect(compilerFor({ override }).build({ modules, hosted: [] })).rejects.toMatchObject({
    code: 'compiler_version_mismatch',
    message: `The Rego compiler speaks protocol 999 (OPA 0.1.0), this gateway speaks ${PROTOCOL_VERSION}.`,
  });
});

test.each([
  ['ends at once', 'process.stderr.write("cannot go on\\n", () => process.exit(7));', 'compiler_crashed', { stderr: 'cannot go on\n' }],
  ['says something else', 'process.stdout.write("hello\\r\\n\\r\\nworld"); process.stdin.resume();', 'compiler_protocol', {}],
  ['says nothing', 'process.stdin.resume();', 'compiler_timeout', {}],
])('a binary that %s is a coded error', async (_, body, code, details) => {
  const compiler = compilerFor({ override: await fakeBinary(body), timeoutMs: 2_000 });
  await expect(compiler.build({ modules, hosted: [] })).rejects.toMatchObject({ code, details });
});

test('a larger set gets in proportion more time, and the error names the setting', async () => {
  const compiler = compilerFor({ override: await fakeBinary('process.stdin.resume();'), timeoutMs: 100 });
  const many = Array.from({ length: 1_500 }, (_, index) => ({ path: `${index}.rego`, text: `package p${index}` }));
  await expect(compiler.build({ modules: many, hosted: [] })).rejects.toMatchObject({
    code: 'compiler_timeout',
    message: 'The Rego compiler did not answer within 300ms and was stopped: compiler.timeout is too short for this policy set',
  });
});

test('a binary that is missing or cannot be started is a coded error', async () => {
  await expect(compilerFor({ override: '/nowhere/rego-compiler' }).versions()).rejects.toMatchObject({ code: 'compiler_missing' });
  const file = path.join(await tempDir({ 'rego-compiler': '#!/nowhere/interpreter\n' }), 'rego-compiler');
  await chmod(file, 0o755);
  await expect(compilerFor({ override: file }).versions()).rejects.toMatchObject({ code: 'compiler_missing' });
});

test('the child sees nothing of the environment', async () => {
  const override = await fakeBinary('process.stderr.write(JSON.stringify(Object.keys(process.env)), () => process.exit(1));');
  await expect(compilerFor({ override }).versions()).rejects.toMatchObject({ code: 'compiler_crashed', details: { stderr: '[]' } });
});

test.runIf(process.platform === 'linux')('gives way with all of its threads, and with those that come', async () => {
  const compiler = compilerFor({ priority: 7 });
  const pid = await started(compiler);
  // Work for threads that were not there yet.
  await Promise.all(Array.from({ length: 8 }, () => compiler.build({ modules, hosted: [] })));
  const threads = (await readdir(`/proc/${pid}/task`)).map(Number);
  expect(threads.length).toBeGreaterThan(1);
  expect(threads.map((thread) => getPriority(thread))).toEqual(threads.map(() => 7));
});
