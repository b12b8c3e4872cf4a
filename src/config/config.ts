import type { Settings } from './schema.js';
import type { Secret } from './secret.js';

/** T with everything below it read-only; a Secret stays whole. */
export type DeepReadonly<T> = T extends Secret ? T : T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** Where things are, as absolute paths. */
export interface ConfigPaths {
  /** `$DEFENSECLAW_HOME`, else `~/.defenseclaw`. */
  readonly home: string;
  /** The config file, whether it exists or not. */
  readonly configFile: string;
  readonly dataDir: string;
  /** Absent when `policy_dir` is set to the empty text. */
  readonly policyDir: string | undefined;
  /** Somebody named it: by flag, variable or file. */
  readonly policyDirNamed: boolean;
  /** Name of the rule pack, a folder in `<policyDir>/guardrail`. */
  readonly rulePack: string;
  /** SQLite file of the audit trail and the enforcement lists. */
  readonly stateFile: string;
  /** Folder of the kept revisions. */
  readonly historyDir: string;
  /** Folder of the kept decisions. */
  readonly decisionsDir: string;
  /** Private key that signs the audit trail. */
  readonly auditKey: string;
  /** `.env` of the data folder: the first-boot token is written there. */
  readonly envFile: string;
}

/**
 * What the gateway runs on. Names are those of the file; durations are whole milliseconds. Deeply frozen.
 * `policy_dir` is kept as configured, for answers that echo it; `paths.policyDir` is the folder to open.
 */
export type Config = DeepReadonly<Settings> & {
  readonly paths: ConfigPaths;
  /** What was odd but not refused, one line each: shown once at start. */
  readonly warnings: readonly string[];
  /** Settings of the file that are DefenseClaw's and have no use here, by their dotted names. */
  readonly notUsed: readonly string[];
};
