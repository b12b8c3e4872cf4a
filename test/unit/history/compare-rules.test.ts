import { describe, expect, it } from 'vitest';
import { compareRules } from '../../../src/history/compare/rules.js';
import type { RuleClause } from '../../../src/policy/revision.js';

function clause(path: readonly string[], digest: string, more: Partial<RuleClause> = {}): RuleClause {
  return { path, file: `${path.join('-')}.rego`, row: 1, kind: 'complete', digest, ...more };
}

const packages = ['a', 'a.b'];
const kept = [clause(['a', 'x'], '1'), clause(['a', 'b', 'y'], '2'), clause(['a', 'b', 'z'], '3', { default: 'false' })];

describe('rules that are compared', () => {
  it('are those that came, went and changed, by package and name', () => {
    const before = [...kept, clause(['a', 'gone'], '4'), clause(['a', 'b', 'body'], '5')];
    const after = [...kept, clause(['a', 'b', 'body'], '6'), clause(['a', 'b', 'came'], '7')];
    expect(compareRules({ rules: before, packages }, { rules: after, packages })).toEqual({
      added: [{ package: 'a.b', rule: 'came', kind: 'complete' }],
      removed: [{ package: 'a', rule: 'gone', kind: 'complete' }],
      changed: [{ package: 'a.b', rule: 'body', kind: 'complete' }],
      defaults: [],
    });
  });

  it('have all their clauses, those that both policies share too', () => {
    const shared = clause(['a', 'r'], '8', { default: 'false', file: 'other.rego' });
    const before = { rules: [...kept, shared, clause(['a', 'r'], '9')], packages };
    const after = { rules: [...kept, shared, clause(['a', 'r'], '10')], packages };
    const changed = [{ package: 'a', rule: 'r', kind: 'complete' }];
    expect(compareRules(before, after)).toEqual({ added: [], removed: [], changed, defaults: [] });
    expect(compareRules(before, { rules: [...kept, shared], packages })).toEqual({ added: [], removed: [], changed, defaults: [] });
    expect(compareRules(before, { rules: [...kept, clause(['a', 'r'], '9')], packages })).toEqual({
      ...{ added: [], removed: [], changed },
      defaults: [{ package: 'a', rule: 'r', from: 'false' }],
    });
  });

  it('are none where the same rules were read anew, or lie elsewhere', () => {
    const again = kept.map((one) => ({ ...one, row: one.row + 4 })).reverse();
    const none = { added: [], removed: [], changed: [], defaults: [] };
    expect(compareRules({ rules: kept, packages }, { rules: again, packages })).toEqual(none);
    expect(compareRules({ rules: kept, packages }, { rules: kept, packages })).toEqual(none);
  });

  it('are looked at only where an edit touched them', () => {
    let looked = 0;
    const untouched = Array.from({ length: 100 }, (_, index) =>
      Object.defineProperty(clause(['a', `r${index}`], ''), 'digest', {
        get: () => {
          looked += 1;
          return `d${index}`;
        },
      }),
    );
    const { changed } = compareRules(
      { rules: [...untouched, clause(['a', 'x'], '1')], packages },
      { rules: [...untouched, clause(['a', 'x'], '2')], packages },
    );
    expect(changed).toHaveLength(1);
    expect(looked).toBe(0);
  });
});
