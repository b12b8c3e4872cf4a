import * as z from 'zod';
import { duration } from '../duration.js';

const allowance = z.union([
  z.int().min(0).max(1_000_000_000),
  z.string().regex(/^\d{1,3}(?:\.\d{1,3})?%$/u, 'Expected a count, or a share such as "0.5%"'),
]);

export const gates = z.strictObject({
  tests: z.enum(['off', 'warn', 'enforce']).default('warn').meta({
    description:
      "The folder's own tests at a reload. `warn`: they run after the swap, at low priority, and report; `enforce`: before it, and what does not pass is refused.",
  }),
  coverage: z.number().min(0).max(100).optional().meta({
    description:
      'Least percent of the served rules (each clause, and each branch of `else`) that the tests have to make true at least once; not asked for unless set.',
  }),
  schema: z.enum(['off', 'warn', 'enforce']).default('enforce').meta({
    description:
      'A `data.schema.json` (JSON Schema 2020-12) holds for the data at the path of its folder. `enforce`: data that does not meet it is refused; `warn`: it serves, and the violation is told.',
  }),
  suites: z.enum(['off', 'warn', 'enforce']).default('warn').meta({
    description:
      'The inspector is asked about `suites/*.jsonl`, attacks and harmless inputs. `warn`: after the swap, at low priority, and what is over `gates.suites_budget` is told; `enforce`: before it, and that is refused.',
  }),
  suites_budget: z
    .strictObject({
      max_benign_block: z.int().min(0).max(1_000_000).default(0).meta({ description: 'Harmless samples that may be blocked.' }),
      min_attack: z.number().min(0).max(100).default(95).meta({ description: 'Least percent of the attacks that have to be flagged.' }),
    })
    .prefault({}),
  impact: z.enum(['off', 'warn', 'enforce']).default('warn').meta({
    description:
      'Recorded decisions are run on a candidate and on what serves. `warn`: after the swap, and the differences are told; `enforce`: before it, and what is over `gates.impact_budget` is refused.',
  }),
  impact_sample: z.int().min(1).max(100_000).default(1_000).meta({ description: 'Recorded decisions that are run again, the newest.' }),
  impact_budget: z
    .strictObject({
      max_deny_to_allow: allowance.default(0).meta({
        description: 'Decisions, or percent of them (`0.5%`), that may let through what was refused.',
      }),
      max_allow_to_deny: allowance.default(0).meta({ description: 'Decisions, or percent of them, that may refuse what was let through.' }),
      max_errors: allowance.default(0).meta({ description: 'Decisions, or percent of them, that may fail and did not before.' }),
      max_slowdown: z.number().min(1).max(1_000).default(2).meta({
        description: 'By how much the 95th percentile of the evaluations of a path may grow, where it is 0.5 ms or more.',
      }),
    })
    .prefault({}),
  timeout: duration('100ms', '10m').prefault('10s').meta({
    description:
      'Time that all tests of one reload may take together, that its schemas, its suites and its recorded decisions may, and that its answer waits for recorded decisions that are run after the swap.',
  }),
});
