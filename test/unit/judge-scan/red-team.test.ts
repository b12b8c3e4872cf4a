import { describe, expect, it } from 'vitest';
import { ATTACKS, samples, scoreFixture } from '../../helpers/red-team.js';

describe('the local scan with the shipped patterns, on the red-team fixture', () => {
  it('has enough of both sides, each once', async () => {
    const attacks = (await Promise.all(ATTACKS.map(samples))).flat();
    const benign = await samples('benign');
    expect(attacks.length).toBeGreaterThanOrEqual(150);
    expect(benign.length).toBeGreaterThanOrEqual(100);
    const ids = [...attacks, ...benign].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  // Reached when the patterns were last changed: precision 1.00, recall 0.96. What is missed is paraphrased, spelt apart or enciphered.
  it('keeps its precision and recall', async () => {
    const { precision, recall, missed, alarms } = await scoreFixture();
    expect(precision, `false alarms: ${alarms.map(({ id }) => id).join(', ')}`).toBeGreaterThanOrEqual(0.97);
    expect(recall, `missed: ${missed.map(({ id }) => id).join(', ')}`).toBeGreaterThanOrEqual(0.94);
  });
});
