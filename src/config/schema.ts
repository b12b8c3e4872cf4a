import * as z from 'zod';
import { compiler, evaluation, policy } from './sections/evaluation.js';
import { audit, gateway, http, log } from './sections/server.js';
import { decisions } from './sections/decisions.js';
import { gates } from './sections/gates.js';
import { guards } from './sections/guards.js';
import { bundles, keys, services } from './sections/bundles.js';
import { history } from './sections/history.js';
import { traces } from './sections/traces.js';
import { watchdog } from './sections/watchdog.js';
import { guardrail } from './sections/guardrail.js';
import { llm } from './sections/llm.js';

/**
 * The config file. Durations come out in whole milliseconds, credentials as `Secret`. The reference page and the names of
 * the environment variables are made from this schema.
 */
export const settingsSchema = z.strictObject({
  policy_dir: z.string().max(4096).optional().meta({
    description:
      'Folder of the policies: `<policy_dir>/rego` when that holds .rego files. Empty: no policies. Default: `<data_dir>/policies`.',
  }),
  data_dir: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .meta({ description: 'Folder of the audit trail and of the token file. Default: `$DEFENSECLAW_HOME`, else `~/.defenseclaw`.' }),
  gateway: gateway.prefault({}),
  log: log.prefault({}),
  policy: policy.prefault({}),
  services: services.prefault({}),
  bundles: bundles.prefault({}),
  keys: keys.prefault({}),
  compiler: compiler.prefault({}),
  evaluation: evaluation.prefault({}),
  gates: gates.prefault({}),
  http: http.prefault({}),
  audit: audit.prefault({}),
  history: history.prefault({}),
  decisions: decisions.prefault({}),
  traces: traces.prefault({}),
  guards: guards.prefault({}),
  watchdog: watchdog.prefault({}),
  guardrail: guardrail.prefault({}),
  llm: llm.prefault({}),
});

/** The settings after validation. */
export type Settings = z.output<typeof settingsSchema>;
