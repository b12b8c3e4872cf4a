import { beforeAll, describe, expect, it } from 'vitest';
import { OVERRIDES } from '../../src/builtins/overrides.js';
import { refusedBuiltins } from '../../src/builtins/refused.js';
import { compileRego } from '../helpers/compile.js';
import { conformanceCases } from './cases.js';
import { differenceFrom } from './compare.js';
import { evaluateCase } from './evaluate-case.js';
import { KNOWN_DIFFERENCES } from './known-differences.js';
import { Score } from './score.js';

/** 2,400 cases take half a minute on two quiet cores, most of it in the Go compiler. */
const TIMEOUT = 300_000;

/** Of the cases that call nothing refused. */
const BAR = 0.99;

const REFUSED: ReadonlySet<string> = new Set(refusedBuiltins.map(({ name }) => name));

interface Difference {
  readonly note: string;
  readonly refused: boolean;
  readonly text: string;
}

describe("OPA's own evaluation cases", () => {
  const score = new Score();
  const differences: Difference[] = [];
  const listed = new Map(KNOWN_DIFFERENCES.flatMap(({ kind, notes }) => notes.map((note) => [note, kind] as const)));

  beforeAll(async () => {
    // Every policy of one compiler runs on the same library.
    const { module: library } = (await compileRego({ 'a.rego': 'package a\n\np := 1\n' })).library;
    for await (const found of conformanceCases({ overrides: OVERRIDES })) {
      const text = differenceFrom(found, evaluateCase(found, library));
      score.add(found.topic, text === undefined);
      const refused = found.builtins.some(({ name }) => REFUSED.has(name));
      if (text !== undefined) differences.push({ note: found.note, refused, text });
    }
    process.stdout.write(`\n${score.table()}\n`);
  }, TIMEOUT);

  it('are all here', () => {
    expect(score.total.total).toBeGreaterThan(2_000);
  });

  it('pass, but for the known differences', () => {
    expect(differences.filter(({ note }) => !listed.has(note)).map(({ note, text }) => `${note}: ${text}`)).toEqual([]);
  });

  it('pass in no case that is listed as different', () => {
    const different = new Set(differences.map(({ note }) => note));
    expect([...listed.keys()].filter((note) => !different.has(note))).toEqual([]);
  });

  it('are listed as refused only where they call a refused built-in', () => {
    const wrong = differences.filter(({ note, refused }) => listed.get(note) === 'refused' && !refused);
    expect(wrong.map(({ note }) => note)).toEqual([]);
  });

  it('pass in 99 of 100 cases that call nothing refused', () => {
    const refused = differences.filter((difference) => difference.refused).length;
    const { passed, total } = score.total;
    expect(passed / (total - refused)).toBeGreaterThanOrEqual(BAR);
  });
});
