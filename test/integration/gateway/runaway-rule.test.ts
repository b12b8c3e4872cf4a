import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

/** 1e12 steps: minutes on any machine, far beyond the deadline. */
const ENDLESS = `package runaway

endless := count([1 | some a in numbers.range(1, 1000000); some b in numbers.range(1, 1000000); a + b == 3])
`;
const QUICK = `package quick

answer := input.number + 1
`;

describe('a rule that does not end', () => {
  it('is cut off at the deadline while other decisions and /health keep answering', async () => {
    const dir = await tempDir({ 'runaway.rego': ENDLESS, 'quick.rego': QUICK });
    const { call } = await startTestGateway(dir, { 'evaluation.timeout': '300ms' });
    const state = { over: false };
    const runaway = call('POST', '/v1/data/runaway/endless').then((answer) => {
      state.over = true;
      return answer;
    });
    const others: number[] = [];
    while (!state.over) {
      const [decision, health] = await Promise.all([
        call('POST', '/v1/data/quick/answer', { input: { number: others.length } }),
        call('GET', '/health'),
      ]);
      expect(decision.json()['result']).toBe(others.length + 1);
      expect(health.status).toBe(200);
      others.push(decision.status);
    }
    const cut = await runaway;
    expect(cut.status).toBe(500);
    expect(cut.text).toContain('within 300 ms');
    expect(others.length).toBeGreaterThan(0);
    expect(new Set(others)).toEqual(new Set([200]));
    expect((await call('POST', '/v1/data/quick/answer', { input: { number: 41 } })).json()['result']).toBe(42);
  });
});
