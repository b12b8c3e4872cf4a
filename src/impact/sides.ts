import { compileLibrary, compilePolicy } from '../evaluator/compile-module.js';
import type { LibraryCode } from '../evaluator/compile-module.js';
import { Replica } from '../evaluator/replica.js';

/** A revision as it is handed to a process that replays decisions on it: code, which leaves a process as modules do not. */
export interface Side {
  /** Full id of the revision. */
  readonly id: string;
  readonly library: LibraryCode;
  /** All of it. */
  readonly code: Uint8Array;
  readonly builtins: readonly string[];
  /** The data document as JSON text in UTF-8. */
  readonly data: Uint8Array;
}

/** The same for a process that may have it already: the code of shipped policies alone is half a MiB, which takes both sides some ms. */
export type NamedSide = Pick<Side, 'id'> & { readonly library: Pick<LibraryCode, 'id'> };

/** Of a revision its name alone. */
export function nameOf({ id, library }: NamedSide): NamedSide {
  return { id, library: { id: library.id } };
}

/** Two are compared, and what was the later one of a replay is the earlier of the next. */
const KEPT = 2;

/** The revisions that a process replays on. The last two stay: edits come in series. */
export class Sides {
  /** By the ids of revision and library, the one that was asked for last at the end. */
  readonly #loaded = new Map<string, Replica>();

  /**
   * Undefined for a name that it does not have. Throws GatewayError when the module or the data cannot be loaded. `maxMemoryBytes` is that of
   * one instance.
   */
  async load(side: Side | NamedSide, maxMemoryBytes: number): Promise<Replica | undefined> {
    const key = `${side.id} ${side.library.id} ${maxMemoryBytes}`;
    const replica = this.#loaded.get(key) ?? ('code' in side ? await this.#make(side, maxMemoryBytes) : undefined);
    if (replica === undefined) return undefined;
    this.#loaded.delete(key);
    this.#loaded.set(key, replica);
    for (const old of [...this.#loaded.keys()].slice(0, -KEPT)) this.#loaded.delete(old);
    return replica;
  }

  async #make({ library, code, builtins, data }: Side, maxMemoryBytes: number): Promise<Replica> {
    const [module, compiled] = await Promise.all([compilePolicy(code), compileLibrary(library)]);
    return Replica.load({ module, library: compiled.module, wasmBytes: code.byteLength, builtins, data }, maxMemoryBytes);
  }
}
