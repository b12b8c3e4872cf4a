import * as z from 'zod';
import { duration } from '../duration.js';

export const watchdog = z.strictObject({
  enabled: z.boolean().default(false).meta({
    description:
      'Looks at the decisions of a revision that has just begun to serve. When errors, timeouts or undefined decisions of an entrypoint have become too many, the gateway goes back to the revision before it, and pins that.',
  }),
  window: duration('1s', '1h').prefault('30s').meta({
    description: 'How long after a swap the watchdog looks, and how far before it the decisions are that it compares with.',
  }),
  factor: z
    .number()
    .min(1)
    .max(1000)
    .default(3)
    .meta({ description: 'By how much the share of such decisions has to have grown for the watchdog to go back.' }),
  minimum: z.int().min(1).max(1_000_000).default(20).meta({ description: 'How many such decisions of one entrypoint it takes at least.' }),
});
