import * as z from 'zod';
import { duration } from '../duration.js';
import { size } from '../size.js';

export const decisions = z.strictObject({
  enabled: z.boolean().default(true).meta({
    description: "Keep a record of each decision, in the format of OPA's decision log, and name it in the answer (`X-Decision-Id`).",
  }),
  sample: z.number().min(0).max(1).default(1).meta({ description: 'Share of the decisions that is recorded, from 0 to 1.' }),
  max_bytes_per_record: size('1KiB', '1MiB').prefault('64KiB').meta({
    description: 'Longest record. Of an input or a result that does not fit only length and SHA-256 are kept.',
  }),
  keep: duration('1m', '87600h').prefault('168h').meta({ description: 'Records older than this go.' }),
  max_bytes: size('1MiB', '1024GiB').prefault('256MiB').meta({
    description: 'Bytes that the records may take in `<data_dir>/decisions`; the oldest go first.',
  }),
  mask: z
    .array(
      z
        .string()
        .max(512)
        .regex(/^\/(?:input|result)(?:\/|$)/u, 'Expected a JSON pointer that begins with /input or /result'),
    )
    .max(256)
    .default([])
    .meta({
      description:
        'JSON pointers of what is never recorded, such as `/input/password`, beside what the policy itself takes out (`data.system.log.mask`).',
    }),
});
