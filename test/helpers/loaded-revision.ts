import { hostedBuiltins } from '../../src/builtins/index.js';
import { EvaluationContext } from '../../src/evaluator/host/evaluation-context.js';
import type { DataSource } from '../../src/evaluator/host/data-image.js';
import { LoadedRevision } from '../../src/evaluator/host/loaded-revision.js';
import type { CompiledPolicy } from '../../src/policy/revision.js';

/** A compiled policy in this thread, with this as its data: nothing, the text of it, or what it comes from. */
export function loadedRevision(policy: CompiledPolicy, data: DataSource | string = '{}'): LoadedRevision {
  return new LoadedRevision(
    {
      module: policy.wasm,
      library: policy.library.module,
      wasmBytes: policy.code.byteLength,
      data: typeof data === 'string' ? { json: Buffer.from(data) } : data,
      maxMemoryBytes: 2 ** 27,
      link: (name) => hostedBuiltins.get(name),
    },
    new EvaluationContext(() => undefined),
  );
}
