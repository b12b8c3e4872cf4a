import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { watchConfig } from '../../../src/gateway/watch-config.js';
import type { PendingConfig } from '../../../src/http/deps.js';
import { silentLog } from '../../../src/log.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

async function watched(text: string) {
  const home = await tempDir();
  const file = path.join(home, 'config.yaml');
  await writeFile(file, text);
  const load = () => loadConfig({ env: { DEFENSECLAW_HOME: home }, cwd: home, userHome: home });
  const said: string[] = [];
  const say = (_fields: object, message: string) => void said.push(message);
  let level: string = load().log.level;
  const adopt = ({ log }: ReturnType<typeof load>) => {
    if (log.level === level) return [];
    level = log.level;
    return ['log.level'];
  };
  let pending: PendingConfig | undefined;
  const onPending = (now: PendingConfig) => void (pending = now);
  const log = { ...silentLog, info: say, warn: say, error: say };
  onTestFinished(watchConfig({ config: load(), log, load, adopt, onPending, lookMs: 5 }));
  const edit = async (next: string) => {
    const before = said.length;
    // By rename: half of a file is a file of its own here.
    await writeFile(`${file}.next`, next);
    await rename(`${file}.next`, file);
    return waitFor('the change to be told', () => said.slice(before)[0]);
  };
  return { edit, level: () => level, pending: () => pending };
}

describe('a config file that changes while the gateway runs', () => {
  it('is live as far as it can be, names what waits for a restart, and keeps what was before a broken one', async () => {
    const { edit, level, pending } = await watched('log:\n  level: info\n');
    expect(await edit('log:\n  level: debug\ngateway:\n  api_port: 1\n  token: very-secret\n')).toBe(
      'configuration changed; live: log.level; needs a restart: gateway.api_port, gateway.token',
    );
    expect(level()).toBe('debug');
    expect(pending()).toEqual({ needsRestart: ['gateway.api_port', 'gateway.token'] });
    expect(await edit('log:\n  levle: warn\n')).toMatch(
      /^the configuration cannot be used, the one of before stays: .*config\.yaml:2:3: log\.levle/u,
    );
    expect(level()).toBe('debug');
    expect(pending()).toEqual({ needsRestart: [], problem: expect.stringMatching(/log\.levle/u) as string });
    expect(await edit('log:\n  level: debug\n')).toBe('the configuration can be used again: it is the one that runs');
    expect(pending()).toEqual({ needsRestart: [] });
    // What waits for a restart is told of the settings that run, not of the edit before.
    expect(await edit('log:\n  level: warn\n')).toBe('configuration changed; live: log.level');
    expect(await edit('log:\n  level: warn\nhttp:\n  processes: 3\n')).toBe('configuration changed; needs a restart: http.processes');
  });
});
