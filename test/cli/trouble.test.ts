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
