import * as z from 'zod';

const MIB = 1024 * 1024;

export const history = z.strictObject({
  keep: z
    .int()
    .min(1)
    .max(100_000)
    .default(50)
    .meta({ description: 'Revisions that are kept to go back to, and as many attempts that were refused or held; the oldest go first.' }),
  max_bytes: z
    .int()
    .min(MIB)
    .max(1024 * 1024 * MIB)
    .default(512 * MIB)
    .meta({ description: 'Bytes that kept revisions may take; what serves or is pinned stays beyond them.' }),
  warm: z.int().min(0).max(32).default(2).meta({
    description:
      'Previous revisions that stay prepared in every process, so that going back to one takes no time; not those with more than 4 MiB of data.',
  }),
});
