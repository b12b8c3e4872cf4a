import type { Builtin } from '../builtins/builtin.js';
import { asGatewayError } from '../errors.js';
import type { ErrorCode } from '../errors.js';
import type { CompiledPolicy, PolicyModules, Revision } from '../policy/revision.js';
import { EvaluationContext } from './host/evaluation-context.js';
import { evaluationFailure } from './host/guest-failure.js';
import { LoadedRevision } from './host/loaded-revision.js';
import { isReachingOut, linker } from './linker.js';

/** A revision as it is handed to a thread that evaluates it beside everything else. */
export interface ReplicaSource {
  readonly module: PolicyModules;
  readonly library: WebAssembly.Module;
  readonly wasmBytes: number;
  readonly builtins: readonly string[];
  /** The data document as JSON text in UTF-8. */
  readonly data: Uint8Array;
}

/** Why an evaluation would come out otherwise at another time or place. */
export type Volatility = 'time_dependent' | 'random' | 'outreach';

/** What one evaluation of a replica came to. `result` is JSON text, undefined for an undefined decision. */
export type Replayed = ({ readonly result: string | undefined } | { readonly error: ErrorCode }) & { readonly volatile?: Volatility };

export function replicaSource({ policy, data }: Pick<Revision, 'data'> & { readonly policy: CompiledPolicy }): ReplicaSource {
  const { wasm, library, code, builtins } = policy;
  return { module: wasm, library: library.module, wasmBytes: code.byteLength, builtins, data };
}

const RANDOM: ReadonlySet<string> = new Set(['rand.intn', 'uuid.rfc4122']);

/** Notes what makes an evaluation one that cannot be repeated. Nothing reaches out of the process. */
class WatchedContext extends EvaluationContext {
  volatile: Volatility | undefined;

  override get nowNs(): bigint {
    this.volatile ??= 'time_dependent';
    return super.nowNs;
  }

  watch(name: string, call: Builtin | undefined): Builtin | undefined {
    if (isReachingOut(name)) {
      return () => {
        this.volatile ??= 'outreach';
        return undefined;
      };
    }
    if (call === undefined || !RANDOM.has(name)) return call;
    return (context, ...operands) => {
      this.volatile ??= 'random';
      return call(context, ...operands);
    };
  }
}

/** A revision that this thread evaluates by itself, and that nobody is served by. */
export class Replica {
  readonly #loaded: LoadedRevision;
  readonly #context: WatchedContext;

  private constructor(loaded: LoadedRevision, context: WatchedContext) {
    this.#loaded = loaded;
    this.#context = context;
  }

  /** Throws GatewayError when the module or the data cannot be loaded. */
  static async load({ data, ...source }: ReplicaSource, maxMemoryBytes: number): Promise<Replica> {
    const find = await linker([], source.builtins);
    const context = new WatchedContext(() => undefined);
    const link = (name: string): Builtin | undefined => context.watch(name, find(name));
    return new Replica(new LoadedRevision({ ...source, maxMemoryBytes, data: { json: data }, link }, context), context);
  }

  has(entrypoint: string): boolean {
    return this.#loaded.entrypoints[entrypoint] !== undefined;
  }

  /** Never throws: what fails is an answer too. `entrypoint` is one that it has. */
  evaluate(entrypoint: string, input: Uint8Array | undefined, deadlineMs: number, strict = false): Replayed {
    this.#context.volatile = undefined;
    const number = this.#loaded.entrypoints[entrypoint] ?? -1;
    const volatile = (): Partial<Pick<Replayed, 'volatile'>> =>
      this.#context.volatile === undefined ? {} : { volatile: this.#context.volatile };
    try {
      const result = this.#loaded.evaluate({ entrypoint: number, input, strict, deadlineMs });
      return { result, ...volatile() };
    } catch (thrown) {
      return { error: asGatewayError(evaluationFailure(thrown)).code, ...volatile() };
    }
  }
}
