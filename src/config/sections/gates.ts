import * as z from 'zod';
import { duration } from '../duration.js';

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
  timeout: duration('100ms', '10m')
    .prefault('10s')
    .meta({ description: 'Time that all tests of one reload may take together, and that its schemas may.' }),
});
