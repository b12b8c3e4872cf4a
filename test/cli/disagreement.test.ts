import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cliEnv, runCli } from '../helpers/daemon.js';
import { startTestGateway } from '../helpers/gateway.js';
import { tempDir } from '../helpers/temp-dir.js';

const SERVICE = path.resolve('src/compiler/service');

/** The data has the ports as texts, the input has them as numbers: OPA's store finds one by the other. */
const FOLDER = {
  'y.rego': 'package y\n\nallow if data.ports[input.port]\n',
  'y_test.rego': 'package y_test\n\nimport data.y\n\ntest_allow if y.allow with input as {"port": 443}\n',
  'data.json': '{"ports": {"443": "https"}}',
};

/** The compiler service, made of its sources with one piece of text in one file put differently. */
async function buildCompiler(file: string, from: string, to: string): Promise<string> {
  const source = path.join(SERVICE, file);
  const text = await readFile(source, 'utf8');
  expect(text).toContain(from);
  const dir = await tempDir({ 'changed.go': text.replace(from, to) });
  const overlay = path.join(dir, 'overlay.json');
  await writeFile(overlay, JSON.stringify({ Replace: { [source]: path.join(dir, 'changed.go') } }));
  const binary = path.join(dir, 'rego-compiler');
  const args = ['build', '-trimpath', '-ldflags', '-s -w', '-overlay', overlay, '-o', binary, '.'];
  await promisify(execFile)('go', args, { cwd: SERVICE, env: { ...process.env, CGO_ENABLED: '0' } });
  return binary;
}

describe('a test that passes in OPA', () => {
  it('passes in the gateway, which serves the same', async () => {
    const dir = await tempDir(FOLDER);
    const tested = await runCli(['policy', 'test', '--policy-dir', dir], cliEnv(await tempDir()));
    expect(tested).toMatchObject({ code: 0 });

    const { call } = await startTestGateway(dir);
    const asked = await call('POST', '/v1/data/y/allow', { input: { port: 443 } });
    expect(asked.json()).toMatchObject({ result: true });
  });

  it('fails the run, with its place, where the gateway would answer otherwise', async () => {
    const binary = await buildCompiler('internal/emit/lookup.go', 'case !base || m.isName(s.Key):', 'case true || m.isName(s.Key):');
    const dir = await tempDir(FOLDER);
    const env = { ...cliEnv(await tempDir()), DEFENSECLAW_REGO_COMPILER: binary };
    const tested = await runCli(['policy', 'test', '--policy-dir', dir], env);
    expect(tested.code).toBe(1);
    expect(tested.stderr + tested.stdout).toContain(
      'engines disagree: data.y_test.test_allow passes in OPA, fails in the gateway (y_test.rego:5)',
    );

    const told = await runCli(['policy', 'test', '--policy-dir', dir, '--json'], env);
    expect(told.code).toBe(1);
    expect(JSON.parse(told.stdout)).toMatchObject({
      disagreements: [{ rule: 'data.y_test.test_allow', file: 'y_test.rego', row: 5, wasm: 'fail', topdown: 'pass' }],
    });
  });
});
