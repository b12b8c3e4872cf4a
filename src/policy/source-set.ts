/** One file of a source set. */
export interface SourceFile {
  /** Relative to {@link SourceSet.root}, forward slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Present on modules and tests that are written in Rego v0. */
  readonly regoVersion?: 'v0';
}

/** One consistent reading of the policy folder. Immutable. */
export interface SourceSet {
  /** The folder that was read: `<policy_dir>/rego` when that holds .rego files, else `<policy_dir>`. Absolute. */
  readonly root: string;
  /** SHA-256 over the sorted (path, Rego version, bytes) of every file that serves, as 64 hex digits: all but the tests. */
  readonly id: string;
  /** The same over what only checks: tests, schemas and suites. A change of these alone makes no new revision; it asks the gates again. */
  readonly checksId: string;
  /** The same over the served modules alone: equal ids need no new compile. */
  readonly modulesId: string;
  /** The same over the judge files, the rule pack and the data (what a judge's verdict depends on). */
  readonly judgeId: string;
  /** Served modules: `*.rego` but not `*_test.rego`; sorted by path. */
  readonly modules: readonly SourceFile[];
  /** `*_test.rego`; sorted. Never compiled for serving. */
  readonly tests: readonly SourceFile[];
  /** data.json / data.yaml / data.yml at any depth; sorted. */
  readonly data: readonly SourceFile[];
  /** `data-*.json` at the root; sorted: each replaces top-level keys. */
  readonly overlays: readonly SourceFile[];
  /** `data.schema.json` at any depth; sorted: each holds for the data at the path of its folder. */
  readonly schemas: readonly SourceFile[];
  /** `suites/*.jsonl` of the policy folder, else of the root; sorted. */
  readonly suites: readonly SourceFile[];
  /**
   * Files of `<policy_dir>/judge`, else `<root>/judge`: `*.yaml`, `*.yml`; sorted. Named `judge/<file>` in both cases. What they say nothing of
   * may stand in the `judge/` of the rule pack.
   */
  readonly judge: readonly SourceFile[];
  /** Rules, suppressions and sensitive tools of the rule pack, named `guardrail/<pack>/...`; sorted. */
  readonly pack: readonly SourceFile[];
  /** True when the folder never held still within the settle time. */
  readonly unsettled: boolean;
}

/** Bounds of one reading. */
export interface SourceLimits {
  readonly maxFiles: number;
  readonly maxFileBytes: number;
  readonly maxTotalBytes: number;
}

/** Names everything that a reading found, what serves and what only checks it. */
export function contentKey({ id, checksId }: Pick<SourceSet, 'id' | 'checksId'>): string {
  return `${id}:${checksId}`;
}

/** A revision id as people see it: its first 12 hex digits. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
