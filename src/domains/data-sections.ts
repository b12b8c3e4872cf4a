import * as z from 'zod';
import { hostEntry, nonBlank, pattern } from './data-entries.js';

/** Severities that every action table and ranking has to hold, most severe first. */
const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'] as const;
const RANKED = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'NONE'] as const;

const action = z.looseObject({
  runtime: z.enum(['block', 'allow']),
  file: z.enum(['quarantine', 'none']),
  install: z.enum(['block', 'allow', 'none']).optional(),
});

const actions = z.object({ CRITICAL: action, HIGH: action, MEDIUM: action, LOW: action, INFO: action, NONE: action.optional() }).strict();

/** The names that an action table may hold. */
export const ACTION_SEVERITIES: readonly string[] = [...SEVERITIES, 'NONE'];

/** Demands that each number is greater than the next. */
function descending(names: readonly string[]): (ranks: Readonly<Record<string, unknown>>, context: z.RefinementCtx) => void {
  return (ranks, context) => {
    for (const [index, name] of names.entries()) {
      const lower = names[index + 1];
      if (lower === undefined || Number(ranks[name]) > Number(ranks[lower])) continue;
      context.addIssue({ code: 'custom', path: [name], message: `a rank above that of ${lower} (${String(ranks[lower])})` });
    }
  };
}

const severityRanking = z
  .looseObject({ CRITICAL: z.int(), HIGH: z.int(), MEDIUM: z.int(), LOW: z.int(), INFO: z.int() })
  .superRefine(descending(SEVERITIES));

const severityRank = z
  .looseObject({ CRITICAL: z.int(), HIGH: z.int(), MEDIUM: z.int(), LOW: z.int(), NONE: z.literal(0), INFO: z.int().optional() })
  .superRefine(descending(RANKED));

const config = z.looseObject({
  policy_name: z.string().optional(),
  allow_list_bypass_scan: z.boolean().optional(),
  scan_on_install: z.boolean().optional(),
  max_enforcement_delay_seconds: z.number().min(0).optional(),
});

const targetType = z.string().refine((type) => type !== '' && type === type.trim().toLowerCase(), 'a target type in lower case');

const scannerOverrides = z.record(targetType, actions.partial()).optional();

const firstPartyAllowList = z
  .array(
    z.looseObject({
      target_type: nonBlank,
      target_name: nonBlank,
      reason: z.string().optional(),
      source_path_contains: z.array(nonBlank).optional(),
    }),
  )
  .optional();

const auditRules = z.looseObject({
  retention_days: z.number().min(0),
  log_all_actions: z.boolean().optional(),
  log_scan_results: z.boolean().optional(),
});

const severityWord = z
  .string()
  .refine((word) => ACTION_SEVERITIES.includes(word.trim().toUpperCase()), `one of ${ACTION_SEVERITIES.join(', ')}`);

/** A command that is bad by its name, words that it has to have, and words of which it needs one. */
const commandRule = z.looseObject({
  title: z.string(),
  severity: severityWord,
  names: z.array(z.string()),
  all: z.array(z.string()).optional(),
  any: z.array(z.string()).optional(),
});

const guardrail = z
  .looseObject({
    severity_rank: severityRank,
    block_threshold: z.int().min(1),
    alert_threshold: z.int().min(1),
    cisco_trust_level: z.enum(['full', 'advisory', 'none']),
    hilt: z.looseObject({ enabled: z.boolean(), min_severity: severityWord.optional() }).optional(),
    patterns: z.record(z.string(), z.array(pattern)).optional(),
    severity_mappings: z.record(z.string(), severityWord).optional(),
    checks: z.record(z.string(), z.enum(['secret', 'personal', 'prose'])).optional(),
    tool_call_severity: z.record(z.string(), severityWord).optional(),
    facts: z
      .looseObject({ commands: z.array(commandRule).optional() })
      .catchall(z.array(z.unknown()))
      .optional(),
  })
  .superRefine(({ severity_rank, block_threshold, alert_threshold }, context) => {
    if (block_threshold > severity_rank.CRITICAL) {
      context.addIssue({ code: 'custom', path: ['block_threshold'], message: `at most the rank of CRITICAL (${severity_rank.CRITICAL})` });
    }
    if (alert_threshold > block_threshold) {
      context.addIssue({ code: 'custom', path: ['alert_threshold'], message: `at most block_threshold (${block_threshold})` });
    }
  })
  .superRefine(({ patterns = {}, severity_mappings = {} }, context) => {
    for (const category of Object.keys(patterns)) {
      if (category in severity_mappings) continue;
      context.addIssue({ code: 'custom', path: ['severity_mappings', category], message: 'a severity for each category of patterns' });
    }
  });

const firewall = z
  .looseObject({
    default_action: z.enum(['deny', 'allow']).optional(),
    blocked_destinations: z.array(hostEntry).optional(),
    allowed_domains: z.array(hostEntry).optional(),
    allowed_ports: z.array(z.int().min(1).max(65535)).optional(),
  })
  .optional();

const sandbox = z
  .looseObject({
    update_policy: z.boolean().optional(),
    default_permissions: z.array(nonBlank).optional(),
    denied_permissions: z.array(nonBlank).optional(),
    denied_endpoints_global: z.array(hostEntry).optional(),
  })
  .optional();

/** What each package reads: the top-level keys of the data document and their shapes. */
export const SECTIONS: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  admission: {
    config,
    actions,
    severity_ranking: severityRanking,
    scanner_overrides: scannerOverrides,
    first_party_allow_list: firstPartyAllowList,
  },
  skill_actions: { actions, scanner_overrides: scannerOverrides },
  audit: { audit: auditRules, severity_ranking: severityRanking },
  guardrail: { guardrail },
  firewall: { firewall },
  sandbox: { sandbox, firewall },
};

/** Sections that may be missing: their rules then deny everything, which is safe and rarely meant. */
export const MISSING_SECTIONS: Readonly<Record<string, string>> = {
  firewall: 'missing: every destination is denied',
  sandbox: 'missing: nothing that a skill requests is granted',
};
