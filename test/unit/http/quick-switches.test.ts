import { describe, expect, it } from 'vitest';
import type { Mark } from '../../../src/evaluator/marks.js';
import { quickDataResource } from '../../../src/http/quick/data.js';
import type { QuickRevision } from '../../../src/http/quick/quick.js';

const MARKS: readonly Mark[] = [{ rule: 'data.app.allow', at: 'app.rego:1', labels: '{"severity":"high"}' }];

const REVISION: QuickRevision = {
  ...{ id: 'abc', shortId: 'abc', policy: { entrypoints: [{ path: 'app/allow', kind: 'rule' }], rules: [] } },
  evaluateNow: () => ({ result: 'true', marks: MARKS }),
  undecided: () => undefined,
};

const resource = quickDataResource({
  deps: { version: '1.0.0', strictBuiltinErrors: false, metrics: { evaluation: () => undefined } },
  ...{ limits: { maxInputDepth: 10 }, source: { current: () => REVISION }, decisions: undefined },
  failed: (thrown) => {
    throw thrown;
  },
});

const CALL = { method: 'POST', path: '/v1/data/app/allow', headers: {}, requestId: 'r', remoteAddress: '127.0.0.1' };

async function answerTo(query: string): Promise<unknown> {
  const handle = resource.handlerFor(`/v1/data/app/allow${query}`);
  return (await handle?.(CALL, Buffer.from('{"input":{}}')))?.body;
}

describe('the switches of a data request', () => {
  it.each(['?rule_labels', '?rule_labels=', '?rule_labels=true', '?rule%5Flabels=TRUE', '?strict-builtin-errors&rule_labels'])(
    'are answered at once: %s',
    async (query) => {
      expect(await answerTo(query)).toBe('{"result":true,"rule_labels":[{"severity":"high"}]}\n');
    },
  );

  it('that are off, or that say how the answer is to look, are answered at once too', async () => {
    expect(await answerTo('?rule_labels=false')).toBe('{"result":true}\n');
    expect(await answerTo('?pretty')).toBe('{\n  "result": true\n}\n');
    expect(await answerTo('?provenance=true')).toContain('"provenance":{"version":"1.0.0","revision":"abc"');
  });

  it.each(['?metrics', '?explain=full', '?instrument', '?decision_id', '?rule_labels&metrics', '?unheard-of=1'])(
    'that ask for more are left to others: %s',
    (query) => {
      expect(resource.handlerFor(`/v1/data/app/allow${query}`)).toBeUndefined();
    },
  );
});
