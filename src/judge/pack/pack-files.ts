import * as z from 'zod';
import { SEVERITIES } from '../severity.js';

/** Of one file, of one list in it, and of one pattern in UTF-16 units: what takes a scan along has its bounds. */
const MAX_RULES = 1_000;
/** What is stripped is looked for all over a text, as often as the judge is asked. */
const MAX_STRIPS = 64;
/** Pieces of personal data that one answer of a tool may hold unnoticed. */
const MAX_ENTITIES = 10_000;
export const MAX_PATTERN = 4_096;

const severity = z.preprocess((value) => (typeof value === 'string' ? value.trim().toUpperCase() : value), z.enum(SEVERITIES));
const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/u, { error: 'Expected letters, digits, "-", "_", "." and ":", at most 128' });
const pattern = z.string().min(1).max(MAX_PATTERN);
const words = z.string().max(1_024);
const version = z.literal(1, { error: 'Expected version 1' }).optional();

const rule = z.object({
  id,
  /** RE2 syntax. */
  pattern,
  title: words.optional(),
  severity,
  confidence: z.number().min(0).max(1).optional(),
  tags: z.array(z.string().max(128)).max(64).optional(),
  enabled: z.boolean().optional(),
});

/** `rules/*.yaml`. */
export const rulesFile = z.object({
  version,
  category: z.string().trim().min(1).max(128).optional(),
  rules: z.array(rule).max(MAX_RULES).optional(),
});

const findingSuppression = z.object({
  id: id.optional(),
  /** The id of the findings. */
  finding_pattern: id,
  /** RE2 syntax: what the finding stands on. */
  entity_pattern: pattern,
  condition: z.enum(['is_epoch', 'is_platform_id']).optional(),
  reason: words.optional(),
});

const toolSuppression = z.object({
  /** RE2 syntax: the name of the tool. */
  tool_pattern: pattern,
  suppress_findings: z.array(id).min(1).max(MAX_RULES),
  reason: words.optional(),
});

const strip = z.object({
  id: id.optional(),
  /** RE2 syntax: what the judge of personal data is not shown. */
  pattern,
  reason: words.optional(),
});

/** `suppressions.yaml`. */
export const suppressionsFile = z.object({
  version,
  finding_suppressions: z.array(findingSuppression).max(MAX_RULES).optional(),
  tool_suppressions: z.array(toolSuppression).max(MAX_RULES).optional(),
  pre_judge_strips: z.array(strip).max(MAX_STRIPS).optional(),
});

/** `sensitive-tools.yaml`. */
export const sensitiveToolsFile = z.object({
  version,
  tools: z
    .array(
      z.object({
        name: z.string().min(1).max(1_024),
        result_inspection: z.boolean().optional(),
        judge_result: z.boolean().optional(),
        min_entities_for_alert: z.int().min(0).max(MAX_ENTITIES).optional(),
      }),
    )
    .max(MAX_RULES)
    .optional(),
});
