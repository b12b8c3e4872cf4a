import * as z from 'zod';

const severity = z.preprocess(
  (value) => (typeof value === 'string' ? value.trim().toUpperCase() : value),
  z.enum(['NONE', 'INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']),
);

/** What a file may say about one category. Severities: `severity` and `severity_default` are two names of one setting. */
const category = z.strictObject({
  enabled: z.boolean().optional(),
  finding_id: z
    .string()
    .regex(/^[A-Z0-9][A-Z0-9_-]{0,63}$/, { error: 'Expected capital letters, digits, "-" and "_", at most 64' })
    .optional(),
  severity: severity.optional(),
  severity_default: severity.optional(),
  severity_prompt: severity.optional(),
  severity_completion: severity.optional(),
});

/** One judge file. What it leaves out is as in the shipped file of its kind. */
export const judgeFile = z.strictObject({
  version: z.literal(1).optional(),
  /** Has to agree with the name of the file. */
  name: z.string().max(64).optional(),
  enabled: z.boolean().optional(),
  system_prompt: z.string().trim().min(1).max(65_536).optional(),
  /** Read for the sake of existing packs; nothing is adjudicated here, see docs/differences.md. */
  adjudication_prompt: z.string().max(65_536).optional(),
  min_categories_for_high: z.int().min(1).max(32).optional(),
  min_categories_for_critical: z.int().min(1).max(32).optional(),
  single_category_max_severity: severity.optional(),
  min_content_bytes: z.int().min(0).max(65_536).optional(),
  max_content_bytes: z.int().min(256).max(1_048_576).optional(),
  categories: z.record(z.string(), category).optional(),
});

export type JudgeFile = z.output<typeof judgeFile>;

/** Keys that may stand at the root and below a category, for suggestions. */
export const ROOT_KEYS = Object.keys(judgeFile.shape);
export const CATEGORY_KEYS = Object.keys(category.shape);
