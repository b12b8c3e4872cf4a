import { Flags } from '@oclif/core';
import type { ExplainMode } from '../compiler/explanation.js';
import { readContent } from './read-content.js';
import type { QueryOptions } from '../gateway/evaluate-query.js';

/** How a query is evaluated. */
export const QUERY_FLAGS = {
  input: Flags.string({ char: 'i', description: 'File with the input as JSON; - reads stdin' }),
  package: Flags.string({ description: 'Package that the names of the query are looked up in' }),
  import: Flags.string({ multiple: true, description: 'Import for the query, e.g. data.roles; may be repeated' }),
  engine: Flags.option({
    options: ['both', 'wasm', 'topdown'] as const,
    default: 'both' as const,
    description: "Whose answer counts: the gateway's (wasm), OPA's interpreter's, or the latter checked against the former",
  })(),
  explain: Flags.option({ options: ['full', 'notes', 'fails'] as const, description: "Show how OPA's interpreter came to it" })(),
  profile: Flags.boolean({ description: 'Show where time went in the interpreter, dearest lines first' }),
  exhaustive: Flags.boolean({ description: "Let OPA's interpreter try every rule: no rule index, no early exit" }),
  timeout: Flags.integer({ min: 1, max: 600_000, default: 10_000, description: 'Milliseconds that an engine may take' }),
};

interface QueryFlagValues {
  readonly input: string | undefined;
  readonly package: string | undefined;
  readonly import: readonly string[] | undefined;
  readonly engine: QueryOptions['engine'];
  readonly explain: ExplainMode | undefined;
  readonly profile: boolean;
  readonly exhaustive: boolean;
  readonly timeout: number;
}

/** Throws `usage` for an input that cannot be read. */
export async function queryOptions(flags: QueryFlagValues): Promise<QueryOptions> {
  return {
    input: flags.input === undefined ? undefined : await readContent(flags.input),
    engine: flags.engine,
    package: flags.package,
    imports: flags.import,
    explain: flags.explain,
    profile: flags.profile,
    exhaustive: flags.exhaustive,
    timeoutMs: flags.timeout,
  };
}
