import * as z from 'zod';
import { duration } from '../duration.js';
import { llm } from './llm.js';

const STRATEGIES = ['regex_only', 'regex_judge', 'judge_first'] as const;

/** Severities in rising order. */
const severity = z.preprocess(
  (value) => (typeof value === 'string' ? value.trim().toUpperCase() : value),
  z.enum(['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']),
);

const judge = z.strictObject({
  enabled: z.boolean().default(false).meta({ description: 'Ask an LLM about content that the local scan cannot settle.' }),
  injection: z.boolean().default(true).meta({ description: 'Judge prompts for injection.' }),
  pii: z.boolean().default(true).meta({ description: 'Judge content for personal data.' }),
  pii_prompt: z.boolean().default(true).meta({ description: 'Judge prompts for personal data.' }),
  pii_completion: z.boolean().default(true).meta({ description: 'Judge completions for personal data.' }),
  tool_injection: z.boolean().default(true).meta({ description: 'Judge tool calls for injection.' }),
  exfil: z.boolean().default(true).meta({ description: 'Judge prompts for attempts to take data out.' }),
  timeout: duration('10ms', '10m').prefault('30s').meta({ description: 'Deadline of one judgement, retries and fallbacks included.' }),
  fail_mode: z
    .enum(['open', 'closed'])
    .default('open')
    .meta({ description: 'What a failed judgement means: `open` leaves it to the local scan, `closed` raises an alert.' }),
  max_concurrency: z.int().min(1).max(1024).default(16).meta({ description: 'Judgements that may run at the same time.' }),
  fallbacks: z
    .array(z.string().min(1).max(256))
    .max(16)
    .default([])
    .meta({ description: 'Models to try in order when the first fails, each as `provider/model`.' }),
  llm: llm.prefault({}),
  cache: z
    .strictObject({
      ttl: duration('1ms', '24h').prefault('30s').meta({ description: 'How long a verdict may be reused.' }),
      max_entries: z.int().min(1).max(1_000_000).default(4096).meta({ description: 'Verdicts kept; the least recently used goes first.' }),
    })
    .prefault({}),
});

/** A folder's name, and nothing that leads elsewhere. */
export const PACK_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/u;

export const guardrail = z.strictObject({
  enabled: z.boolean().default(false).meta({ description: 'Inspect prompts, completions and tool calls.' }),
  mode: z.enum(['observe', 'action']).default('observe').meta({ description: '`observe` reports and never blocks; `action` enforces.' }),
  scanner_mode: z.enum(['local', 'remote', 'both']).default('both').meta({ description: 'Which scanners count.' }),
  block_message: z
    .string()
    .max(4096)
    .default('')
    .meta({ description: 'Text shown in place of blocked content; empty takes the built-in one.' }),
  connector: z.string().max(256).toLowerCase().default('').meta({ description: 'Name of the agent framework in front of the gateway.' }),
  hilt: z
    .strictObject({
      enabled: z.boolean().default(false).meta({ description: 'Ask a person to confirm instead of blocking.' }),
      min_severity: severity.prefault('HIGH').meta({ description: 'Least severity that asks a person.' }),
    })
    .prefault({}),
  detection_strategy: z.enum(STRATEGIES).default('regex_judge').meta({ description: 'How the local scan and the judge work together.' }),
  detection_strategy_prompt: z.enum(STRATEGIES).optional().meta({ description: 'The same for prompts alone.' }),
  detection_strategy_completion: z.enum(STRATEGIES).default('regex_only').meta({ description: 'The same for completions alone.' }),
  detection_strategy_tool_call: z.enum(STRATEGIES).optional().meta({ description: 'The same for tool calls alone.' }),
  rule_pack: z
    .string()
    .regex(PACK_NAME, { error: 'Expected the name of a folder' })
    .optional()
    .meta({ description: 'Name of the rule pack that is read: the folder `<policy_dir>/guardrail/<name>`. Default: `default`.' }),
  rule_pack_dir: z.string().min(1).max(4096).optional().meta({
    description: 'The same by its folder, as older files of DefenseClaw name it; its last part counts. `guardrail.rule_pack` wins.',
  }),
  judge: judge.prefault({}),
});
