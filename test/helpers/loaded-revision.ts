import { hostedBuiltins } from '../../src/builtins/index.js';
import { EvaluationContext } from '../../src/evaluator/host/evaluation-context.js';
import { LoadedRevision } from '../../src/evaluator/host/loaded-revision.js';
import type { CompiledPolicy } from '../../src/policy/revision.js';

/** A compiled policy in this thread, with nothing or this JSON text as its data. */
export function loadedRevision(policy: CompiledPolicy, data = '{}'): LoadedRevision {
  return new LoadedRevision(
    {
      module: policy.wasm,
      library: policy.library.module,
      wasmBytes: policy.code.byteLength,
      data: { json: Buffer.from(data) },
      maxMemoryBytes: 2 ** 27,
      link: (name) => hostedBuiltins.get(name),
    },
    new EvaluationContext(() => undefined),
  );
}
