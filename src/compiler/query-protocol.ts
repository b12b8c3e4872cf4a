import type { Diagnostic } from '../policy/diagnostic.js';
import type { ExplainMode, Explanation } from './explanation.js';
import type { EvaluationError, RegoModule, RegoVersion, SourceLocation } from './protocol.js';

/** One query of a batch. */
export interface EvaluationQuery {
  /** A Rego query, e.g. `data.a.b` or `x := sprintf("%d", [1])`. */
  readonly query: string;
  /** JSON text. Absent: `input` is undefined. */
  readonly input?: string;
  /** Rego text of one term; wins over `input`. */
  readonly inputTerm?: string;
  readonly strictBuiltinErrors?: boolean;
  /** What the names of the query are looked up in, e.g. `data.a`. */
  readonly package?: string;
  /** As in a module, without the word `import`. */
  readonly imports?: readonly string[];
  readonly explain?: ExplainMode;
  readonly profile?: boolean;
  /** Lets the interpreter try every rule: without its rule index and without leaving early. */
  readonly exhaustive?: boolean;
  /** Asks for {@link QueryResult.ruleLabels}. */
  readonly ruleLabels?: boolean;
  /** Asks for {@link QueryResult.solutions}. */
  readonly solutions?: boolean;
  /** Asks for {@link QueryResult.partial} in place of solutions. */
  readonly partial?: PartialEvaluation;
  /** Asks for {@link QueryResult.filters} in place of solutions; the query is a path of data then. */
  readonly filters?: Filters;
  /** Built-ins that the query itself may not call, whatever the modules may. */
  readonly refuse?: readonly string[];
}

/** Evaluates as far as that goes while some documents are not known. */
export interface PartialEvaluation {
  /** What is not known; `input` where it is empty. */
  readonly unknowns?: readonly string[];
  /** Rules whose conditions are not to be put into others. */
  readonly disableInlining?: readonly string[];
  readonly nondeterministic?: boolean;
}

/** Conditions as queries of data sources. What of unknowns and mask rule is not given is taken from the METADATA of the rule. */
export interface Filters {
  readonly targets: readonly FilterTarget[];
  /** What is not known, e.g. `input.fruits`. */
  readonly unknowns?: readonly string[];
  /** Rules whose conditions are not to be put into others. */
  readonly disableInlining?: readonly string[];
  /** A rule of the same package, or its path; empty for none. */
  readonly maskRule?: string;
  /** JSON text: names of tables and columns. */
  readonly mappings?: string;
}

/** E.g. `sql` and `postgresql`, or `ucast` and `prisma`. */
export interface FilterTarget {
  readonly target: string;
  readonly dialect: string;
}

/** JSON texts as OPA's Compile API has them. */
export interface FiltersResult {
  /** Of the targets, in their order: a query and its masks; empty for what can never be. */
  readonly results?: readonly string[];
  /** Where an unknown may be misspelt. */
  readonly hints?: string;
  /** What of the rules no such query can say, with the places. */
  readonly errors?: string;
  /** Plain text: what is wrong with the names. */
  readonly invalidMappings?: string;
}

export interface EvaluateParams {
  readonly modules: readonly RegoModule[];
  /** Base document as JSON text. */
  readonly data?: string;
  readonly regoVersion?: RegoVersion;
  /** Fixes the clock: nanoseconds since 1970 in decimal digits. */
  readonly timeNs?: string;
  /** Bound of one query in ms; default 10000. */
  readonly timeoutMs?: number;
  /** By how much an evaluation may let the memory of the service grow, in MiB. Default: no bound. */
  readonly maxMemoryMb?: number;
  readonly evaluations: readonly EvaluationQuery[];
}

/** The answer of OPA's own interpreter. */
export interface QueryResult {
  readonly defined: boolean;
  /** JSON text: an array of solutions, each an object of the query's bindings, or `{"_":[values]}` when it binds nothing. */
  readonly json?: string;
  /** The same as Rego text, with sets as sets. */
  readonly term?: string;
  readonly printed?: readonly string[];
  readonly error?: EvaluationError;
  /** Also of an evaluation that failed. */
  readonly explanation?: Explanation;
  /** Dearest first. */
  readonly profile?: readonly ProfiledExpression[];
  readonly solutions?: Solutions;
  /** METADATA labels of the rules that held, in the order in which they did, each set of them once. */
  readonly ruleLabels?: readonly Readonly<Record<string, unknown>>[];
  /** JSON text: `queries` that are left, and `support` modules that they need, as OPA's Compile API gives them. */
  readonly partial?: string;
  readonly filters?: FiltersResult;
}

export interface ProfiledExpression extends SourceLocation {
  readonly text: string;
  readonly timeNs: number;
  readonly numEval: number;
  readonly numRedo: number;
}

/** A module whose one rule is the set of the query's solutions, for an engine that has rules and no queries. */
export interface Solutions {
  readonly module: RegoModule;
  readonly entrypoint: string;
  /** False: the rule says only whether there is a solution. */
  readonly whole: boolean;
}

export interface EvaluateResult {
  readonly ok: boolean;
  readonly results: readonly QueryResult[];
  readonly diagnostics: readonly Diagnostic[];
}
