import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import { markerModule } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';

const RELOADS = 100;

// A hundred times a settled reading (80 ms) and a compile, beside two clients on the same cores.
const TIMEOUT_MS = 600_000;

describe('decisions during reloads', () => {
  it(
    'never fail, and every answer agrees with the revision that it names',
    async () => {
      const dir = await tempDir({ 'policy.rego': markerModule('one') });
      // The answer of a reload would wait for the replay of a thousand decisions each time; its own tests look at that.
      const { gateway, call } = await startTestGateway(dir, { 'gateway.watcher.enabled': false, 'gates.impact': 'off' });
      const file = path.join(dir, 'policy.rego');
      const answers = new Map<string, Set<string>>();
      let asked = 0;
      const state = { done: false };

      const client = async (): Promise<void> => {
        while (!state.done) {
          const answer = await call('POST', '/v1/data/marker/value', { input: null });
          expect(answer.status).toBe(200);
          const revision = answer.headers.get('x-policy-revision') ?? 'none';
          answers.set(revision, (answers.get(revision) ?? new Set()).add(String(answer.json()['result'])));
          asked += 1;
        }
      };
      const clients = [client(), client()];

      const turns = [markerModule('two'), 'package marker\n\nvalue := \n', markerModule('one')];
      const statuses: number[] = [];
      for (let turn = 0; turn < RELOADS; turn++) {
        await writeFile(file, turns[turn % turns.length] ?? '');
        statuses.push((await call('POST', '/policy/reload')).status);
      }
      state.done = true;
      await Promise.all(clients);

      expect(statuses.filter((status) => status === 500)).toHaveLength(Math.floor((RELOADS + 1) / turns.length));
      expect(statuses.filter((status) => status !== 500 && status !== 200)).toEqual([]);
      expect([...answers.values()].map((values) => values.size)).toEqual([1, 1]);
      expect(new Set([...answers.values()].flatMap((values) => [...values]))).toEqual(new Set(['one', 'two']));
      expect(asked).toBeGreaterThan(RELOADS);
      expect(gateway.engine.current).toBeDefined();
    },
    TIMEOUT_MS,
  );
});
