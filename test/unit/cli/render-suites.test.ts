import { describe, expect, it } from 'vitest';
import { renderSuites } from '../../../src/cli/render-suites.js';
import { scoreSuites } from '../../../src/suites/score.js';

const category = {
  attack: { block: 30, alert: 12, allow: 3 },
  benign: { block: 1, alert: 2, allow: 40 },
  precision: 0.9,
  recall: 0.93,
};

function lines(columns?: number): readonly string[] {
  const report = {
    ...{ root: '/policies', compared_with: null, differences: [], diagnostics: [], duration_ms: 5 },
    score: { ...scoreSuites([], []), categories: { 'prompts.held-out': category } },
  };
  return renderSuites(report, (_style, text) => text, columns).split('\n');
}

describe('the table of suites', () => {
  it('has every count where there is room', () => {
    expect(lines().map((line) => line.split(/ {2,}/))).toContainEqual([
      'prompts.held-out',
      '45',
      '30',
      '12',
      '3',
      '43',
      '1',
      '2',
      '40',
      '90.0 %',
      '93.0 %',
    ]);
    expect(lines(120)).toEqual(lines());
  });

  it('has on a narrow terminal what was missed and what was blocked, in lines that fit', () => {
    expect(lines(60).map((line) => line.split(/ {2,}/))).toContainEqual(['prompts.held-out', '45', '3', '43', '1', '93.0 %']);
    expect(
      lines(60)
        .slice(2)
        .filter((line) => line.length > 60),
    ).toEqual([]);
  });
});
