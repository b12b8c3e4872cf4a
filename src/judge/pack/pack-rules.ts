import { createHash } from 'node:crypto';
import type { Revision } from '../../policy/revision.js';
import { scanRulesOf } from '../scan/rules.js';
import type { ScanCategory, ScanRules } from '../scan/rules.js';
import { rulePackOf } from './pack-gate.js';
import type { PackRule, RulePack, SensitiveTool } from './rule-pack.js';

/** How a rule of a pack wants its findings told. */
export interface RuleLabel {
  readonly title?: string;
  readonly confidence?: number;
  readonly tags?: readonly string[];
}

/** All that a revision scans for: the patterns of its data and its rule pack. Immutable. */
export interface RevisionRules extends ScanRules {
  readonly labels: ReadonlyMap<string, RuleLabel>;
  readonly tools: ReadonlyMap<string, SensitiveTool>;
}

const memo = new WeakMap<Revision, Promise<RevisionRules>>();

/** The rules of a revision, put together once. Throws `policy_rulepack_invalid`. */
export function revisionRules(revision: Revision): Promise<RevisionRules> {
  const known = memo.get(revision) ?? rulePackOf(revision).then((pack) => withPack(scanRulesOf(revision), pack));
  memo.set(revision, known);
  known.catch(() => memo.delete(revision));
  return known;
}

/** The rules of the data and of the pack together. */
function withPack(own: ScanRules, { rules, suppressions, tools }: RulePack): RevisionRules {
  const labels = new Map(rules.map((rule) => [rule.id, labelOf(rule)]));
  const isPlain =
    rules.length === 0 && suppressions.findings.length === 0 && suppressions.tools.length === 0 && suppressions.strips === undefined;
  if (isPlain) return { ...own, labels, tools };
  const categories = [...own.categories, ...categoriesOf(rules)];
  const key = createHash('sha256')
    .update(JSON.stringify([own.key, categories, suppressions]))
    .digest('hex');
  return { ...own, key, categories, suppressions, labels, tools };
}

/** One for each severity of a category: patterns of one run as one automaton. */
function categoriesOf(rules: readonly PackRule[]): readonly ScanCategory[] {
  const groups = new Map<string, PackRule[]>();
  for (const rule of rules) {
    const name = `${rule.severity} ${rule.category}`;
    groups.set(name, [...(groups.get(name) ?? []), rule]);
  }
  return [...groups.values()].flatMap((group): ScanCategory[] => {
    const [first] = group;
    if (first === undefined) return [];
    return [
      {
        ...{ name: first.category, severity: first.severity },
        patterns: group.map(({ pattern }) => pattern),
        ids: group.map(({ id }) => id),
      },
    ];
  });
}

function labelOf({ title, confidence, tags }: PackRule): RuleLabel {
  return {
    ...(title === undefined ? {} : { title }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(tags === undefined ? {} : { tags }),
  };
}
