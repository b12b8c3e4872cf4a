import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliEnv, runCli } from '../helpers/daemon.js';
import { tempDir } from '../helpers/temp-dir.js';

const FOLDER = { 'a.rego': 'package a\n\ndefault allow := false\n\nallow if input.size <= 12\n' };

/** As a gateway with a limit of ten would have recorded it. */
function exported(): string {
  const records = Array.from({ length: 20 }, (_, size) => ({
    ...{ decision_id: `00000000-0000-4000-8000-${String(size).padStart(12, '0')}`, timestamp: '2026-01-31T12:00:00Z', path: 'a/allow' },
    ...(size === 3 ? { erased: ['/input/size'], input: {} } : { input: { size } }),
    result: size <= 10,
  }));
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

describe('policy impact', () => {
  it('compares a folder with an export of decisions, without a gateway and its data folder', async () => {
    const dir = await tempDir(FOLDER);
    const log = path.join(await tempDir({ 'decisions.jsonl': exported() }), 'decisions.jsonl');
    const args = ['policy', 'impact', dir, '--log', log, '--fail-on', 'deny_to_allow=1'];
    const { code, stdout, stderr } = await runCli(args, cliEnv(await tempDir()));
    expect(stderr).toBe('over: 2 deny -> allow of 19 replayed decisions (at most 1)\n');
    expect(stdout).toMatch(/^impact {3}as recorded -> [0-9a-f]{12}: 20 recorded, 19 replayed, not replayable: 1 masked \(\d+ ms\)\n/u);
    expect(stdout).toContain('a/allow: 2 deny -> allow of 19');
    expect(stdout).toContain(
      '00000000-0000-4000-8000-000000000012 deny to allow\n      input  {"size":12}\n      before false\n      after  true',
    );
    expect(stdout).toContain('17 of 19 come out the same');
    expect(code).toBe(1);
  });
});
