import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { openGatewayHistory } from '../../../src/gateway/open-gateway-history.js';
import { createPolicyEngine } from '../../../src/gateway/policy-engine.js';
import type { History } from '../../../src/history/history.js';
import { silentLog } from '../../../src/log.js';
import { markerModule } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

it('serves an edit before it is on the disk, and tells nobody of it until it is', async () => {
  const home = await tempDir({ 'policies/marker.rego': markerModule('one') });
  const config = loadConfig({ flags: { policy_dir: path.join(home, 'policies'), data_dir: home }, env: {}, userHome: home });
  const history = openGatewayHistory(config, '0.0.0', silentLog);
  let onTheDisk = (): void => undefined;
  const disk = new Promise<void>((resolve) => (onTheDisk = resolve));
  /** The history on a disk that takes as long as the test says. */
  const slow = new Proxy(history, {
    get: (of, name) => {
      const member: unknown = Reflect.get(of, name, of);
      if (name === 'keep') return async (revision: Parameters<History['keep']>[0]) => disk.then(() => of.keep(revision));
      return typeof member === 'function' ? (member.bind(of) as unknown) : member;
    },
  });
  const parts = createPolicyEngine({ config, policyDir: config.paths.policyDir, log: silentLog, history: slow });
  onTestFinished(() => parts.close());
  const { engine } = parts;
  const told: (string | undefined)[] = [];
  engine.on('reloaded', ({ revision }) => told.push(revision));
  const reload = engine.reload('boot');
  await waitFor('it to serve', () => engine.current !== undefined);
  expect((await engine.evaluate({ entrypoint: 'marker/value' })).result).toBe('"one"');
  expect(told).toEqual([]);
  expect(await history.entries()).toEqual([]);
  onTheDisk();
  const outcome = await reload;
  expect(outcome).toMatchObject({ status: 'reloaded', number: 1 });
  expect(outcome.stages.store).toBeGreaterThanOrEqual(0);
  expect(told).toEqual([engine.current?.id]);
  await expect(history.load(engine.current?.id ?? '')).resolves.toMatchObject({ id: engine.current?.id });
});
