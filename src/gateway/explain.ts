import { moduleTexts } from '../compiler/module-texts.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import { GatewayError } from '../errors.js';
import type { Explain } from '../http/opa/explain.js';
import { quoteJson } from '../value/format-json.js';

/** Bound of one explanation in ms: a trace makes an evaluation some ten times slower. */
const TIMEOUT_MS = 5_000;

/** Memory of the service that one explanation may take, in MiB. */
const MAX_MEMORY_MB = 512;

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/u;

/** Explanations by OPA's interpreter, on the sources of the revision that serves; one at a time, for its compiler has other things to do. */
export function createExplain(compiler: Pick<RegoCompiler, 'evaluate'>): Explain {
  let busy = false;
  return async ({ source, data }, { path, input, mode, strictBuiltinErrors, exhaustive = false }) => {
    if (busy) throw new GatewayError('evaluation_overloaded', 'another explanation is being made');
    busy = true;
    try {
      const query = `data${path.map((segment) => (IDENTIFIER.test(segment) ? `.${segment}` : `[${quoteJson(segment)}]`)).join('')}`;
      const { results, diagnostics } = await compiler.evaluate({
        modules: moduleTexts(source.modules),
        data: Buffer.from(data).toString('utf8'),
        timeoutMs: TIMEOUT_MS,
        maxMemoryMb: MAX_MEMORY_MB,
        evaluations: [
          {
            query,
            explain: mode,
            strictBuiltinErrors,
            ...(exhaustive ? { exhaustive } : {}),
            ...(input === undefined ? {} : { input: Buffer.from(input).toString('utf8') }),
          },
        ],
      });
      const [result] = results;
      if (result === undefined) throw new GatewayError('internal', `the serving modules do not compile: ${diagnostics[0]?.message ?? ''}`);
      return result;
    } finally {
      busy = false;
    }
  };
}
