import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EvaluationError, RequiredBuiltin } from '../../src/compiler/protocol.js';
import type { QueryResult } from '../../src/compiler/query-protocol.js';

/** One case of OPA's own suite, compiled by the service, with the answer of OPA's interpreter beside it. */
export interface ConformanceCase {
  readonly note: string;
  /** Folder of the case. */
  readonly topic: string;
  /** Path below the folder of the suite. */
  readonly file: string;
  readonly query: string;
  /** Base64 of a module whose entrypoint 0 is the query. */
  readonly wasm?: string;
  readonly compileError?: EvaluationError;
  readonly builtins: readonly RequiredBuiltin[];
  readonly data?: unknown;
  readonly input?: unknown;
  /** Rego text; wins over `input`. */
  readonly inputTerm?: string;
  readonly wantError?: string;
  readonly wantErrorCode?: string;
  readonly ignoreGeneratedVars?: boolean;
  readonly strictError?: boolean;
  readonly opa: QueryResult;
}

const SERVICE = fileURLToPath(new URL('../../src/compiler/service', import.meta.url));

export interface CaseOptions {
  /** Keeps cases whose note holds this text. */
  readonly only?: string;
  /** Native built-ins that the host answers. */
  readonly overrides: readonly string[];
}

/** Compiles the cases inside the pinned OPA module and yields them one by one: all of them at once are half a gigabyte. */
export async function* conformanceCases({ only = '', overrides }: CaseOptions): AsyncGenerator<ConformanceCase> {
  const args = ['run', './cmd/conformance-cases', '-versions', 'v1', '-only', only, '-overrides', overrides.join(',')];
  const child = spawn('go', args, { cwd: SERVICE, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  try {
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as ConformanceCase;
    const code = await closed;
    if (code !== 0) throw new Error(`Expected conformance-cases to exit with 0, got ${code}`);
  } finally {
    child.kill();
  }
}
