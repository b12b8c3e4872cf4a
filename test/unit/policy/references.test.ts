import { describe, expect, it } from 'vitest';
import { checkClaims } from '../../../src/policy/references.js';
import type { DataReference, RuleClause } from '../../../src/policy/revision.js';

function reads(path: string): DataReference {
  return { path: path.split('/'), file: 'a.rego', row: 3, col: 6 };
}

function rule(path: string): RuleClause {
  return { path: path.split('/'), file: 'b.rego', row: 1, kind: 'complete', digest: '' };
}

const document = { app: { roles: { admin: 1 }, list: ['x'], none: null }, 'a b': {} };

describe('what modules read of the data', () => {
  const cases = [
    { path: 'app/roles/admin', missing: undefined, hint: undefined },
    { path: 'app/rolse/admin', missing: 'data.app.rolse', hint: 'did you mean data.app.roles?' },
    { path: 'app/roles/adnim', missing: 'data.app.roles.adnim', hint: 'did you mean data.app.roles.admin?' },
    { path: 'app/alow', missing: 'data.app.alow', hint: 'did you mean data.app.allow?' },
    { path: 'ap/roles', missing: 'data.ap', hint: undefined },
    { path: 'elsewhere', missing: 'data.elsewhere', hint: undefined },
    { path: 'a b/c-d', missing: 'data["a b"]["c-d"]', hint: undefined },
    { path: 'app/list/first', missing: undefined, hint: undefined },
    { path: 'app/none/x', missing: undefined, hint: undefined },
  ];
  it.each(cases)('$path: $missing, $hint', ({ path, missing, hint }) => {
    const { missing: found, conflicts } = checkClaims({ document }, { rules: [rule('app/allow')], references: [reads(path)] });
    expect(conflicts).toEqual([]);
    const expected = {
      severity: 'warning',
      code: 'data_undefined',
      message: `${missing} is undefined: no module and no data file defines it`,
      ...{ file: 'a.rego', row: 3, col: 6 },
      ...(hint === undefined ? {} : { hint }),
    };
    expect(found).toEqual(missing === undefined ? [] : [expected]);
  });

  it.each([
    ['app/alow', 'data.app.alow', 'did you mean data.app.allow?'],
    ['app/nested/ruel', 'data.app.nested.ruel', 'did you mean data.app.nested.rule?'],
    ['app/nesetd/rule', 'data.app.nesetd', 'did you mean data.app.nested?'],
  ])('is looked for in packages without data as well: %s', (path, missing, hint) => {
    const rules = [rule('app/allow'), rule('app/nested/rule')];
    expect(checkClaims({ document: {} }, { rules, references: [reads(path)] }).missing).toMatchObject([
      { message: `${missing} is undefined: no module and no data file defines it`, hint },
    ]);
  });

  it('is not found in what every object inherits', () => {
    const { missing } = checkClaims({ document }, { rules: [], references: [reads('constructor'), reads('app/__proto__')] });
    expect(missing).toHaveLength(2);
  });

  it('is told of a hundred times at most', () => {
    const references = Array.from({ length: 500 }, (_, index) => reads(`missing${index}`));
    expect(checkClaims({ document }, { rules: [], references }).missing).toHaveLength(100);
  });
});
