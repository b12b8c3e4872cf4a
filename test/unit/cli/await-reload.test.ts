import { describe, expect, it, vi } from 'vitest';
import { reloadBound, sayWhileWaiting } from '../../../src/cli/await-reload.js';
import { loadConfig } from '../../../src/config/load.js';
import { tempDir } from '../../helpers/temp-dir.js';

describe('waiting for a reload', () => {
  it('lasts longer than all that a gateway of this configuration may take', async () => {
    const config = loadConfig({ flags: { 'gates.timeout': '5m', 'compiler.timeout': '2m' }, env: {}, userHome: await tempDir() });
    expect(reloadBound(config)).toBeGreaterThan(config.gates.timeout + config.compiler.timeout + config.policy.read_timeout);
    expect(reloadBound(loadConfig({ env: {}, userHome: await tempDir() }))).toBeGreaterThan(50_000);
  });

  it('is spoken of after a second and every ten, and no more once the answer is there', async () => {
    vi.useFakeTimers();
    try {
      const lines: string[] = [];
      let answer: (value: string) => void = () => undefined;
      const waiting = sayWhileWaiting(new Promise<string>((resolve) => (answer = resolve)), (line) => lines.push(line));
      await vi.advanceTimersByTimeAsync(900);
      expect(lines).toEqual([]);
      await vi.advanceTimersByTimeAsync(10_200);
      expect(lines.map((line) => /(\d+) s$/u.exec(line)?.[1])).toEqual(['1', '11']);
      answer('done');
      expect(await waiting).toBe('done');
      await vi.advanceTimersByTimeAsync(60_000);
      expect(lines).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });
});
