import { expect, test } from 'vitest';
import { whyOf } from '../../../src/decisions/explain/why.js';

const TRACE = [
  'query:1               Enter data.app.action = _                       {}',
  'query:1               | Eval data.app.action = _                      {}',
  'app.rego:3            | Enter data.app.action                         {}',
  'app.rego:4            | | Eval input.role = "admin"                   {input.role: "user"}',
  'app.rego:4            | | Fail input.role = "admin"                   {input.role: "user"}',
  'app.rego:7            | Enter data.app.action                         {}',
  'app.rego:8            | | Eval data.app.covers(entry, "b")            {entry: "a"}',
  'app.rego:12           | | | Enter data.app.covers                     {}',
  'app.rego:13           | | | | Fail entry = host                       {entry: "a", host: "b"}',
  'app.rego:8            | | Fail data.app.covers(entry, "b")            {entry: "a"}',
  'app.rego:12           | | | Enter data.app.covers                     {}',
  'app.rego:12           | | | Exit data.app.covers                      {}',
  'app.rego:7            | Exit data.app.action                          {}',
  'query:1               | Exit data.app.action = _                      {}',
];

test('tells the clauses that held, and what failed first in those that did not', () => {
  expect(whyOf(TRACE)).toEqual({
    held: [
      { rule: 'data.app.covers', place: 'app.rego:12' },
      { rule: 'data.app.action', place: 'app.rego:7' },
    ],
    notHeld: [
      {
        ...{ rule: 'data.app.action', place: 'app.rego:3' },
        failed: { place: 'app.rego:4', expression: 'input.role = "admin"', values: '{input.role: "user"}' },
      },
    ],
  });
});
