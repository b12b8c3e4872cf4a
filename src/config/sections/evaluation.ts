import * as z from 'zod';
import { duration } from '../duration.js';

const MIB = 1024 * 1024;

export const policy = z.strictObject({
  rego_version: z.enum(['v0', 'v1']).default('v1').meta({
    description: "Rego syntax of the modules, unless a bundle's `.manifest` says otherwise for them.",
  }),
  max_files: z.int().min(1).max(1_000_000).default(10_000).meta({ description: 'Files that one policy folder may hold.' }),
  max_file_bytes: z
    .int()
    .min(1)
    .max(1024 * MIB)
    .default(32 * MIB)
    .meta({ description: 'Largest single policy or data file in bytes.' }),
  max_total_bytes: z
    .int()
    .min(1)
    .max(4096 * MIB)
    .default(128 * MIB)
    .meta({ description: 'Largest policy folder in bytes, all files together.' }),
  required_domains: z
    .array(z.enum(['admission', 'guardrail', 'firewall', 'sandbox', 'audit', 'skill-actions']))
    .max(6)
    .optional()
    .meta({
      description:
        'Decision domains without which no policy set serves; by default those that the serving revision answers, unless every package goes and that is accepted (`guards.modules`). `[]` requires none.',
    }),
  read_timeout: duration('100ms', '10m').prefault('5s').meta({
    description:
      'Deadline of one reading of the policy folder; beyond it the reload is rejected and the old revision serves on. A first reading that runs out of it is tried again with more.',
  }),
});

export const compiler = z.strictObject({
  timeout: duration('100ms', '1h').prefault('30s').meta({
    description:
      'Deadline of one compile of up to 500 modules or 1 MiB; larger sets get in proportion more. A first compile that runs out of it is tried again with more.',
  }),
  path: z.string().min(1).max(4096).optional().meta({
    description: 'Rego compiler service to use instead of the one that came with the gateway.',
    env: 'DEFENSECLAW_REGO_COMPILER',
  }),
});

export const evaluation = z.strictObject({
  timeout: duration('1ms', '10m').prefault('1s').meta({
    description: 'Deadline of one decision. A rule that runs longer is cut off and costs its own request alone.',
  }),
  max_memory_mb: z.int().min(16).max(4096).default(512).meta({ description: 'Memory in MiB that one policy instance may use.' }),
  workers: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .meta({ description: 'Threads that make decisions; by default one less than the processor cores, at least one.' }),
  max_queue: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(4096)
    .meta({ description: 'Decisions that may wait for a thread; beyond it requests are answered 503 with Retry-After.' }),
  max_input_depth: z.int().min(8).max(10_000).default(512).meta({ description: 'Deepest nesting of an input document.' }),
  strict_builtin_errors: z
    .boolean()
    .default(false)
    .meta({ description: 'An error inside a built-in function ends the decision instead of making the expression undefined.' }),
  allow_builtins: z
    .array(z.string().min(1).max(128))
    .max(64)
    .default([])
    .meta({ description: 'Built-in functions that reach out of the process and are refused unless named here, such as `http.send`.' }),
});
