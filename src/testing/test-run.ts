import type { Coverage, TestOutcome } from '../compiler/protocol.js';
import type { ExplainMode } from '../compiler/explanation.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { SourceSet } from '../policy/source-set.js';

/** What decides whether a test passes: the gateway's own evaluator, OPA's interpreter, or the first with the second as witness. */
export type TestEngine = 'both' | 'wasm' | 'topdown';

/** The part of a source set that tests depend on. */
export type TestSource = Pick<SourceSet, 'root' | 'modules' | 'tests' | 'data' | 'overlays'>;

export interface TestRunOptions {
  /** Default `both`. */
  readonly engine?: TestEngine;
  /** Regular expression (RE2) over the full names of tests and of cases. */
  readonly run?: string;
  readonly coverage?: boolean;
  /** With `coverage`: finds out why lines were not reached, for which the interpreter runs every test three times. */
  readonly coverageKinds?: boolean;
  /** Tests at once; default the number of processors. */
  readonly parallel?: number;
  /** Bound of one test in ms; default 5000. */
  readonly timeoutMs?: number;
  /** Findings of the compiler that are told; default 100. */
  readonly maxDiagnostics?: number;
  /** What reaches nothing that changed since the runner's last run is not run again, but told again. Not with `coverage`. */
  readonly remember?: boolean;
  /** What fails on the interpreter brings its trace. */
  readonly explain?: ExplainMode;
  /** The run rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A test, or a case of a table test, that ends in one way on one engine and in another on the other. */
export interface Disagreement {
  /** Full name: `data.y_test.test_allow`, `data.y_test.test_roles.admin`. */
  readonly rule: string;
  readonly file: string;
  readonly row: number;
  readonly wasm: TestOutcome['status'];
  readonly topdown: TestOutcome['status'];
}

export interface TestRun {
  /** No error among the diagnostics, nothing failed or erred, no disagreement. True for no tests at all. */
  readonly ok: boolean;
  readonly engine: TestEngine;
  /** By file and row. With both engines the gateway's own verdict, and the interpreter's explanation. */
  readonly results: readonly TestOutcome[];
  readonly disagreements: readonly Disagreement[];
  readonly coverage?: Coverage;
  /** Why nothing ran. */
  readonly diagnostics: readonly Diagnostic[];
  /** Findings beyond those; absent for none. */
  readonly omitted?: number;
  readonly durationNs: number;
  /** With `remember`: tests that the engine that serves did run. */
  readonly ran?: number;
}

/** The sentence for a difference between the engines. */
export function disagreementLine({ rule, file, row, wasm, topdown }: Disagreement): string {
  return `engines disagree: ${rule} ${VERBS[topdown]} in OPA, ${VERBS[wasm]} in the gateway (${file}:${row})`;
}

const VERBS = { pass: 'passes', fail: 'fails', error: 'errs', skip: 'is skipped' } as const;
