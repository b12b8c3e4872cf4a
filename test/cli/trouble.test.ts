import { describe, expect, it } from 'vitest';
import { cliEnv, runCli } from '../helpers/daemon.js';
import { tempDir } from '../helpers/temp-dir.js';

describe('a command that goes wrong', () => {
  it.each([
    ['decisions', 'list'],
    ['decisions', 'tail'],
  ])('%s %s answers with one document where it was asked for JSON', async (...words) => {
    const { code, stdout, stderr } = await runCli([...words, '--json', '--since', 'x', '--nosuch'], cliEnv(await tempDir()));
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage' } });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect([code, stderr]).toEqual([2, '']);
  });

  it('policy diff does not end as where something differs', async () => {
    const { code, stderr } = await runCli(['policy', 'diff', 'previous', 'serving'], cliEnv(await tempDir()));
    expect(stderr).toContain('[history_unknown]');
    expect(code).toBe(2);
  });
});

it('status asks without a configuration that cannot be used, and says so', async () => {
  const home = await tempDir({ 'config.yaml': 'gateway: [\n', '.env': 'DEFENSECLAW_GATEWAY_TOKEN=0123456789abcdef0123\n' });
  const { code, stderr } = await runCli(['status', '--port', '1'], cliEnv(home));
  expect(stderr).toMatch(/^warning: asking http:\/\/127\.0\.0\.1:1 without the configuration: .*config\.yaml:2:1: /u);
  expect(stderr).toContain('[gateway_unreachable]');
  expect(code).toBe(3);
});

it('help says of a command that there is not what was meant', async () => {
  const { code, stderr } = await runCli(['help', 'policy', 'validte'], cliEnv(await tempDir()));
  expect(stderr).toContain('unknown command: policy validte');
  expect(stderr).toContain('Did you mean `defenseclaw-gateway policy validate`?');
  expect(code).toBe(2);
});
