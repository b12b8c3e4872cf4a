import type { CompiledPolicy } from '../../policy/revision.js';
import { lazyDocument } from '../../policy/sections.js';
import type { SourceSet } from '../../policy/source-set.js';
import { compareData } from './data.js';
import type { DataChanges } from './data.js';
import { compareFiles } from './files.js';
import type { FileDiff } from './files.js';
import { compareRules } from './rules.js';
import type { RuleChanges } from './rules.js';

/** One of two things that are compared: sources, and what was made of them when it came to that. */
export interface Side {
  /** As people call it: a revision's first digits, `disk`, a folder. */
  readonly label: string;
  readonly source: SourceSet;
  readonly built?: {
    readonly policy: Pick<CompiledPolicy, 'rules' | 'packages' | 'entrypoints'>;
    /** The merged data document as JSON text in UTF-8. */
    readonly data: Uint8Array;
  };
}

export interface Comparison {
  readonly from: { readonly label: string; readonly revision: string };
  readonly to: { readonly label: string; readonly revision: string };
  readonly different: boolean;
  readonly files: readonly FileDiff[];
  /** Absent when one side was never compiled. */
  readonly summary?: {
    readonly rules: RuleChanges;
    readonly data: DataChanges;
    readonly entrypoints: { readonly gained: readonly string[]; readonly lost: readonly string[] };
  };
}

/** Text first, then what it means. */
export function compareSides(from: Side, to: Side): Comparison {
  const files = compareFiles(from.source, to.source);
  return {
    from: { label: from.label, revision: from.source.id },
    to: { label: to.label, revision: to.source.id },
    different: from.source.id !== to.source.id,
    files,
    ...(from.built === undefined || to.built === undefined ? {} : { summary: summarise(from.built, to.built) }),
  };
}

const NO_CHANGES: DataChanges = { changes: [], cut: false };

function summarise(from: NonNullable<Side['built']>, to: NonNullable<Side['built']>): NonNullable<Comparison['summary']> {
  const old = new Set(from.policy.entrypoints.map(({ path }) => path));
  const now = new Set(to.policy.entrypoints.map(({ path }) => path));
  return {
    rules: compareRules(from.policy, to.policy),
    data: Buffer.compare(from.data, to.data) === 0 ? NO_CHANGES : compareData(lazyDocument(from.data), lazyDocument(to.data)),
    entrypoints: { gained: [...now].filter((path) => !old.has(path)).sort(), lost: [...old].filter((path) => !now.has(path)).sort() },
  };
}
