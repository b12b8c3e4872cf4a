import { refusedBuiltins } from '../builtins/refused.js';
import { moduleTexts } from '../compiler/module-texts.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import { GatewayError } from '../errors.js';
import type { Interpret } from '../http/opa/interpreter.js';

/** Bound of one evaluation in ms: a trace makes it some ten times slower. */
const TIMEOUT_MS = 5_000;

/** Memory of the service that one evaluation may take, in MiB. */
const MAX_MEMORY_MB = 512;

/** Whatever the configuration allows to policies: a query is somebody's own. */
const OUTWARD = refusedBuiltins.map(({ name }) => name);

/** Evaluations by OPA's interpreter; one at a time, for its compiler has other things to do. */
export function createInterpreter(compiler: Pick<RegoCompiler, 'evaluate'>): Interpret {
  let busy = false;
  return async ({ source, data }, evaluation, { adHoc = false } = {}) => {
    if (busy) throw new GatewayError('evaluation_overloaded', 'the interpreter is busy with another request');
    busy = true;
    try {
      const { results, diagnostics } = await compiler.evaluate({
        modules: moduleTexts(source.modules),
        data: Buffer.from(data).toString('utf8'),
        timeoutMs: TIMEOUT_MS,
        maxMemoryMb: MAX_MEMORY_MB,
        evaluations: [adHoc ? { ...evaluation, refuse: OUTWARD } : evaluation],
      });
      const [result] = results;
      if (result === undefined) throw new GatewayError('internal', `the serving modules do not compile: ${diagnostics[0]?.message ?? ''}`);
      return result;
    } finally {
      busy = false;
    }
  };
}
