import type { Diagnostic } from '../policy/diagnostic.js';
import type { CompiledPolicy, DataReference, Entrypoint, RuleClause } from '../policy/revision.js';
import type { ExplainMode, Explanation } from './explanation.js';

/** Raised with every change that both halves must know; the Go half holds the same number in internal/protocol. */
export const PROTOCOL_VERSION = 14;

/** One Rego file. The service never reads a policy from the disk. */
export interface RegoModule {
  /** Relative path with forward slashes: the `file` of every diagnostic. Unique in a request. */
  readonly path: string;
  readonly text: string;
  /** Of this module alone; otherwise that of the request. */
  readonly regoVersion?: RegoVersion;
}

/** Rego syntax of the modules. `v0v1` is what both versions accept. Default `v1`. */
export type RegoVersion = 'v0' | 'v0v1' | 'v1' | 'v2';

export interface InitializeResult {
  readonly protocolVersion: number;
  readonly opaVersion: string;
  readonly goVersion: string;
}

/** One built-in function of the OPA inside the service. */
export interface BuiltinInfo {
  readonly name: string;
  readonly arity: number;
  readonly nondeterministic?: boolean;
  readonly deprecated?: boolean;
  readonly relation?: boolean;
  /** Compiled modules carry the function themselves. */
  readonly wasmNative: boolean;
  /** Rewritten by the compiler; no compiled module calls it. */
  readonly compileTime?: boolean;
  readonly infix?: string;
  readonly categories?: readonly string[];
  readonly description?: string;
  /** OPA's type declaration: `args`, `result`, `type`. */
  readonly decl: unknown;
}

export interface CapabilitiesResult {
  readonly opaVersion: string;
  readonly builtins: readonly BuiltinInfo[];
  readonly features: readonly string[];
  readonly futureKeywords: readonly string[];
}

/** How much work the module cache saved. */
export interface CacheStats {
  readonly modules: number;
  readonly parsed: number;
  readonly cached: number;
  /** Modules that OPA compiled; the code of the others was kept. */
  readonly compiled: number;
}

/** Bounds the findings of an answer. */
interface Bounded {
  /** Default 100, at most 10,000. */
  readonly maxDiagnostics?: number;
}

/** Findings of an answer, the first ones by place. */
interface Found {
  readonly diagnostics: readonly Diagnostic[];
  /** How many more there are; absent for none. */
  readonly omitted?: number;
}

export interface BuildParams extends Bounded {
  /** Served modules; tests are left out by the caller. */
  readonly modules: readonly RegoModule[];
  /** Built-ins that the host implements. What is neither native nor hosted is refused with `rego_refused_builtin`. */
  readonly hosted: readonly string[];
  /** Native built-ins that the host answers instead: the module then imports them as {@link HOSTED_PREFIX} + name. */
  readonly overrides?: readonly string[];
  /** Built-ins that the host would implement if its configuration said so: a refusal of one says that. */
  readonly allowable?: readonly string[];
  readonly regoVersion?: RegoVersion;
  /** Keeps `print` calls, as calls of the host's `internal.print`. Default false: they are erased. */
  readonly printStatements?: boolean;
  /** Asks for {@link BuildResult.warnings} and {@link BuildResult.references}. Default false: both are empty. */
  readonly lint?: boolean;
  /** Entrypoints to be named in {@link BuildResult.keys}. Not with `tests`. */
  readonly keys?: readonly string[];
  /** Makes every test rule an entrypoint too; `modules` are then all of them. Default false. */
  readonly tests?: boolean;
  /** With `tests`: a regular expression (RE2). Keeps the tests whose full name matches, and every table test. */
  readonly run?: string;
}

/** A test that the compiled module can be asked for. */
export interface TestRule {
  /** Absent for a test that is announced and not run. */
  readonly entrypoint?: string;
  /** With `data.` in front. */
  readonly package: string;
  readonly name: string;
  readonly location: SourceLocation;
  readonly skip?: boolean;
  /** A rule of several named cases, `test_x[note] if …`. */
  readonly table?: boolean;
  /** Names all that decides how the test ends but data; absent for one that asks for the time, for chance or for the network. */
  readonly key?: string;
}

/** Begins the import name of an overridden native built-in. */
export const HOSTED_PREFIX = '__hosted__.';

/** A built-in that the compiled module may call in the host. `import` is its name in the module's own list. */
export interface RequiredBuiltin {
  readonly name: string;
  readonly import: string;
}

/** One clause; `function` as in its kind. */
export interface RuleInfo extends RuleClause {
  readonly function?: boolean;
}

/** Milliseconds per stage inside the service. */
export interface BuildTimings {
  readonly parse: number;
  readonly compile: number;
  readonly plan: number;
}

/** The module that every compiled policy of a service runs on: OPA's library, linked when a policy is loaded. */
export interface LibraryResult {
  /** Names the bytes. */
  readonly id: string;
  readonly code: Uint8Array<ArrayBuffer>;
}

export interface BuildResult extends Found {
  /** False: `diagnostics` say why, and `wasm` is null. */
  readonly ok: boolean;
  /** Null when nothing was compiled, also for a sound set without a single rule. */
  readonly wasm: Uint8Array<ArrayBuffer> | null;
  /** What {@link wasm} imports; null with it. The same object for as long as the service answers with the same one. */
  readonly library: LibraryResult | null;
  readonly entrypoints: readonly Entrypoint[];
  readonly builtins: readonly RequiredBuiltin[];
  /** `data.a.b`, sorted. */
  readonly packages: readonly string[];
  readonly rules: readonly RuleInfo[];
  readonly keys: NonNullable<CompiledPolicy['keys']>;
  /** What a strict compile objects to: unused imports, unused variables and the like. */
  readonly warnings: readonly Diagnostic[];
  readonly references: readonly DataReference[];
  /** By place; empty unless they were asked for. */
  readonly tests: readonly TestRule[];
  readonly stats: CacheStats;
  readonly timings: BuildTimings;
}

export interface CheckParams extends Bounded {
  /** All modules, tests too; `*_test.rego` may mention every built-in. */
  readonly modules: readonly RegoModule[];
  readonly hosted: readonly string[];
  readonly allowable?: readonly string[];
  /** Members of the input that a package, `data.a.b`, is asked with: what is spelt alike and is none is a warning of a strict check. */
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
  readonly regoVersion?: RegoVersion;
  /** Asks for {@link CheckResult.warnings}. Default true. */
  readonly strict?: boolean;
}

export interface CheckResult extends Found {
  readonly ok: boolean;
  /** As in {@link BuildResult}. */
  readonly warnings: readonly Diagnostic[];
  readonly references: readonly DataReference[];
  readonly stats: CacheStats;
}

export interface TestParams extends Bounded {
  readonly modules: readonly RegoModule[];
  /** Base document as JSON text; its root is an object. Default `{}`. */
  readonly data?: string;
  /** Regular expression (RE2) over `data.<package>.<name>`; table tests run whatever it says. */
  readonly run?: string;
  readonly regoVersion?: RegoVersion;
  readonly coverage?: boolean;
  /** Finds out why lines were not covered, for which every test runs three times. */
  readonly coverageKinds?: boolean;
  /** Tests at once; default the number of processors. */
  readonly parallel?: number;
  /** Bound of one test in ms; default 5000. */
  readonly timeoutMs?: number;
  /** Leaves out tests that reach nothing which changed since the request before: their outcomes are told again. */
  readonly remember?: boolean;
  /** What fails brings its trace. */
  readonly explain?: ExplainMode;
}

export interface SourceLocation {
  readonly file: string;
  readonly row: number;
  readonly col: number;
}

export interface EvaluationError {
  /** OPA's code, e.g. `eval_conflict_error`, `eval_cancel_error`, `rego_parse_error`. */
  readonly code: string;
  readonly message: string;
  readonly location?: SourceLocation;
}

/** The expression that was not true, with its source line. */
export interface FailedAt extends SourceLocation {
  readonly line?: string;
  /** What it compared, or what it was made of. */
  readonly values?: readonly ComparedValue[];
  /** Variables of the rule that had a value, by name. */
  readonly locals?: readonly { readonly name: string; readonly value: string }[];
}

export interface ComparedValue {
  readonly role: 'left' | 'right' | 'operand';
  /** As the file spells it; empty for what stands on several lines. */
  readonly text: string;
  /** As Rego; absent means undefined. */
  readonly value?: string;
}

/** One named case of a table test (`test_x[note] if …`). */
export interface TestCaseOutcome {
  readonly name: readonly string[];
  readonly status: 'pass' | 'fail';
  readonly durationNs?: number;
  /** What it printed, by line. */
  readonly output?: readonly string[];
  readonly failedAt?: FailedAt;
}

export interface TestOutcome {
  /** With `data.` in front. */
  readonly package: string;
  readonly name: string;
  readonly location: SourceLocation;
  /** `skip` is a `todo_test_…`. */
  readonly status: 'pass' | 'fail' | 'error' | 'skip';
  readonly durationNs: number;
  /** What the test printed, by line. */
  readonly output: readonly string[];
  readonly error?: EvaluationError;
  readonly failedAt?: FailedAt;
  readonly cases?: readonly TestCaseOutcome[];
  /** Of a failed test, whichever of its cases failed, where it was asked for. */
  readonly explanation?: Explanation;
}

/** Lines are inclusive pairs of rows. */
export interface FileCoverage {
  readonly file: string;
  readonly percent: number;
  readonly coveredLines: number;
  readonly notCoveredLines: number;
  readonly covered: readonly (readonly [number, number])[];
  readonly notCovered: readonly (readonly [number, number])[];
  /** Of lines that the interpreter itself left out, when asked for. */
  readonly reasons?: readonly NotCoveredReason[];
}

/** `index_excluded`: the index of rules knew that they cannot hold; `early_exit`: the value was known before their turn. */
export interface NotCoveredReason {
  readonly from: number;
  readonly to: number;
  readonly kinds: readonly ('index_excluded' | 'early_exit')[];
}

/** Clauses of rules, branches of `else` among them; one is covered once a test made it true. */
export interface RuleCoverage {
  readonly percent: number;
  readonly covered: number;
  /** The first thousand, by place. */
  readonly notCovered: readonly ({ readonly name: string } & SourceLocation)[];
}

/** Over the files that are no test files. */
export interface Coverage {
  readonly percent: number;
  readonly coveredLines: number;
  readonly notCoveredLines: number;
  readonly files: readonly FileCoverage[];
  readonly rules: RuleCoverage;
}

export interface TestResult extends Found {
  /** No diagnostics, no failing test, no test that ended in an error. True for no tests at all. */
  readonly ok: boolean;
  readonly results: readonly TestOutcome[];
  readonly coverage?: Coverage;
  readonly stats: CacheStats;
  readonly durationNs: number;
}
