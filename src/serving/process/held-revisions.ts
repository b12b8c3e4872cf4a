import { asGatewayError } from '../../errors.js';
import type { ErrorCode } from '../../errors.js';
import { compileModule, startPolicy } from '../../evaluator/compile-module.js';
import type { CompiledParts } from '../../evaluator/compile-module.js';
import { EarlierData } from '../../evaluator/host/earlier-data.js';
import type { EvaluationContext } from '../../evaluator/host/evaluation-context.js';
import type { Tally } from '../../evaluator/tally.js';
import { LoadedRevision } from '../../evaluator/host/loaded-revision.js';
import { linker } from '../../evaluator/linker.js';
import { Elsewhere } from '../../http/exchange.js';
import type { Policy } from '../../http/opa/resolve.js';
import type { QuickRevision, QuickSource } from '../../http/quick/quick.js';
import type { ServingSettings, WireRevision } from '../protocol.js';
import type { GatewayWords } from '../gateway-words.js';
import { SlicedRevision } from './sliced-revision.js';

/** Revisions that this process has ready. Which of them decides, the shared word says, asked anew for every request. */
export class HeldRevisions implements QuickSource {
  readonly #settings: Pick<ServingSettings, 'allowBuiltins' | 'maxMemoryBytes' | 'timeoutMs'>;
  readonly #words: GatewayWords;
  readonly #context: EvaluationContext;
  readonly #held = new Map<number, SlicedRevision>();
  /** Generations whose built-ins are being loaded. */
  readonly #loading = new Set<number>();
  /** What the revisions import: the same for all of them, so that its optimised code outlives each. */
  #library: { readonly id: string; readonly module: Promise<WebAssembly.Module> } | undefined;
  /** Of the revision that came last: the next one comes without those that it shares with it. */
  #parts: CompiledParts = new Map();
  readonly #earlier = new EarlierData();
  #policy: Policy | undefined;
  #gone = { overBudget: 0, instancesDropped: 0 };

  constructor(
    settings: Pick<ServingSettings, 'allowBuiltins' | 'maxMemoryBytes' | 'timeoutMs'>,
    words: GatewayWords,
    context: EvaluationContext,
  ) {
    this.#settings = settings;
    this.#words = words;
    this.#context = context;
  }

  /** What went wrong, if anything did. */
  async prepare({
    generation,
    id,
    policy,
    code,
    library,
    data,
    builtins,
  }: WireRevision): Promise<{ code: ErrorCode; message: string } | undefined> {
    const { allowBuiltins, maxMemoryBytes, timeoutMs } = this.#settings;
    this.#loading.add(generation);
    try {
      this.#policy = policy ?? this.#policy;
      const surface = this.#policy;
      if (surface === undefined) throw new Error('Expected the surface of a policy to be here');
      if (library.code !== undefined) this.#library = { id: library.id, module: compileModule(library.code) };
      if (this.#library?.id !== library.id) throw new Error(`Expected the library ${library.id} to be here`);
      const { modules, parts } = startPolicy(code, this.#parts);
      this.#parts = parts;
      const [module, linked, link] = await Promise.all([modules, this.#library.module, linker(allowBuiltins, builtins)]);
      if (!this.#loading.has(generation)) return undefined;
      const source = { module, library: linked, wasmBytes: code.byteLength, data: this.#earlier.of(data, linked), maxMemoryBytes, link };
      const loaded = new LoadedRevision(source, this.#context);
      this.#earlier.note({ library: linked, json: data, image: loaded.image });
      this.#held.set(generation, new SlicedRevision(id, surface, loaded, timeoutMs));
      return undefined;
    } catch (thrown) {
      const { code: reason, message } = asGatewayError(thrown);
      return { code: reason, message };
    } finally {
      this.#loading.delete(generation);
    }
  }

  release(generation: number): void {
    this.#loading.delete(generation);
    const revision = this.#held.get(generation);
    if (revision === undefined) return;
    this.#held.delete(generation);
    this.#gone.overBudget += revision.overBudget;
    this.#gone.instancesDropped += revision.instancesDropped;
  }

  current(): QuickRevision {
    const revision = this.#held.get(this.#words.read('generation'));
    if (revision === undefined) throw new Elsewhere();
    return revision;
  }

  /** What became of the decisions that were made here since the last call. */
  takeTallies(): readonly Tally[] {
    return [...this.#held.values()].flatMap(({ tallies }) => tallies.take());
  }

  figures(): { readonly overBudget: number; readonly instancesDropped: number; readonly memoryBytes: number } {
    const held = [...this.#held.values()];
    return {
      overBudget: held.reduce((sum, { overBudget }) => sum + overBudget, this.#gone.overBudget),
      instancesDropped: held.reduce((sum, { instancesDropped }) => sum + instancesDropped, this.#gone.instancesDropped),
      memoryBytes: held.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    };
  }
}
