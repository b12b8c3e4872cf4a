import { describe, expect, it } from 'vitest';
import { answersOf, shippedSuites } from '../../helpers/suite.js';
import { scoreSuites } from '../../../src/suites/score.js';

describe('the shipped suite', () => {
  it('has enough of both sides, each once, a third of them held out', async () => {
    const { samples, diagnostics } = await shippedSuites();
    expect(diagnostics).toEqual([]);
    const attacks = samples.filter(({ want }) => want === 'attack').length;
    expect(attacks).toBeGreaterThanOrEqual(400);
    expect(samples.length - attacks).toBeGreaterThanOrEqual(400);
    const heldOut = samples.filter(({ category }) => category.endsWith('.held-out'));
    expect(heldOut.length / samples.length).toBeCloseTo(1 / 3, 1);
    const named = (given: typeof samples): string[] => [...new Set(given.map(({ category }) => category.replace('.held-out', '')))];
    expect(named(heldOut)).toEqual(named(samples));
    expect(new Set(samples.map(({ want, kind, tool, content }) => JSON.stringify([want, kind, tool, content]))).size).toBe(samples.length);
  });

  it('is told apart by the shipped policies: no harmless sample blocked, 95 % of the attacks flagged that no rule was tuned on', async () => {
    const { samples } = await shippedSuites();
    const { errors, benign, recall, held_out: heldOut } = scoreSuites(samples, await answersOf(samples));
    expect(errors).toBe(0);
    expect(benign.block).toBe(0);
    expect(recall).toBeGreaterThanOrEqual(0.95);
    expect(heldOut?.recall).toBeGreaterThanOrEqual(0.95);
  }, 120_000);
});
