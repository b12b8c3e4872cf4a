import type { GatewayError } from '../../src/errors.js';
import type { Builtin } from '../../src/builtins/builtin.js';
import { hostedBuiltins } from '../../src/builtins/index.js';
import { refusedBuiltins } from '../../src/builtins/refused.js';
import { EvaluationContext } from '../../src/evaluator/host/evaluation-context.js';
import { guestFailure } from '../../src/evaluator/host/guest-failure.js';
import { align, instantiate } from '../../src/evaluator/host/instantiate.js';
import { policyCode } from '../../src/evaluator/policy-code.js';
import type { PolicyModules } from '../../src/policy/revision.js';
import { formatJson } from '../../src/value/format-json.js';
import { parseTerm } from '../../src/value/parse-term.js';
import { RegoObject, RegoSet } from '../../src/value/value.js';
import type { RegoValue } from '../../src/value/value.js';
import type { ConformanceCase } from './cases.js';

const MAX_MEMORY_BYTES = 512 * 1024 * 1024;

/** What came of a case: the solutions as OPA prints them, sorted, or OPA's error code. */
export type CaseAnswer = { readonly solutions: readonly string[] } | { readonly error: string; readonly message: string };

/** One case of the suite waits in a built-in that its own runner brings along. */
const TEST_BUILTINS: Readonly<Record<string, Builtin>> = { 'test.sleep': () => null };

/** Hosted only where the configuration allows them, which the gateway does not by itself. */
const REFUSED: ReadonlySet<string> = new Set(refusedBuiltins.map(({ name }) => name));

const context = new EvaluationContext(() => undefined);

/** Evaluates the query of a case in the host that serves decisions, on the library of the compiler. */
export function evaluateCase(found: ConformanceCase, library: WebAssembly.Module): CaseAnswer {
  if (found.compileError !== undefined) return { error: found.compileError.code, message: found.compileError.message };
  try {
    return { solutions: solutions(run(found, library), found) };
  } catch (thrown) {
    const failure = guestFailure(thrown);
    return { error: codeOf(failure), message: failure.message };
  }
}

/** The result set of the only entrypoint: a set of objects, one per solution. */
function run({ wasm = '', data = {}, input, inputTerm, strictError = false }: ConformanceCase, library: WebAssembly.Module): RegoValue {
  const bytes = Buffer.from(wasm, 'base64');
  const guest = instantiate(
    {
      module: compiledNow(bytes),
      library,
      wasmBytes: bytes.length,
      data: { json: Buffer.from(JSON.stringify(data)) },
      maxMemoryBytes: MAX_MEMORY_BYTES,
      link: (name) => TEST_BUILTINS[name] ?? (REFUSED.has(name) ? undefined : hostedBuiltins.get(name)),
    },
    context,
  );
  const { exports, memory, heapStart, dataAddress, entrypoints } = guest;
  const [entrypoint = 0] = Object.values(entrypoints);
  const text = inputTerm ?? (input === undefined ? undefined : JSON.stringify(input));
  const length = text === undefined ? 0 : Buffer.byteLength(text);
  memory.reserve(heapStart + length);
  memory.bytes.write(text ?? '', heapStart);
  context.begin(strictError);
  const dump = exports.opa_eval(0, entrypoint, dataAddress, text === undefined ? 0 : heapStart, length, align(heapStart + length), 1);
  context.finish();
  return parseTerm(memory.text(dump));
}

function compiledNow(bytes: Uint8Array): PolicyModules {
  const { parts, linking } = policyCode(bytes);
  const [main, ...others] = parts;
  const modules = [new WebAssembly.Module(main), ...others.map((part) => new WebAssembly.Module(part))] as const;
  return { modules, ...(linking === undefined ? {} : { linking }) };
}

function solutions(results: RegoValue, { ignoreGeneratedVars = false }: ConformanceCase): readonly string[] {
  if (!(results instanceof RegoSet)) throw new Error('Expected a result set');
  return [...new Set(results.members.map((solution) => printed(solution, ignoreGeneratedVars)))].sort();
}

function printed(solution: RegoValue, named: boolean): string {
  if (!(solution instanceof RegoObject)) throw new Error('Expected a solution with its bindings');
  const bindings = solution.entries.filter(([name]) => !named || !(typeof name === 'string' && name.startsWith('$')));
  return formatJson(RegoObject.of(bindings));
}

/** OPA's code for one of ours. */
function codeOf(failure: GatewayError): string {
  if (failure.code === 'evaluation_conflict') return 'eval_conflict_error';
  if (failure.code !== 'evaluation_builtin_failed') return failure.code;
  return /^eval_\w+/.exec(failure.message)?.[0] ?? failure.code;
}
