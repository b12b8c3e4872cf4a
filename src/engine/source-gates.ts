import { contentKey } from '../policy/source-set.js';
import type { SourceSet } from '../policy/source-set.js';
import type { Made, SourceGate } from './candidate.js';
import type { ReloadOptions } from './reload-request.js';

/** The gates that look at everything that was read, and what they looked at last. */
export class SourceGates {
  readonly #gates: readonly SourceGate[];
  #last: string | undefined;

  constructor(gates: readonly SourceGate[]) {
    this.#gates = gates;
  }

  get none(): boolean {
    return this.#gates.length === 0;
  }

  /**
   * Whether what only checks is other than `serving` was read with. Going back to that is a change as well: what the gates said meanwhile is
   * true no longer.
   */
  areBehind(source: SourceSet, serving: SourceSet): boolean {
    const read = contentKey(source);
    return read !== contentKey(serving) || read !== (this.#last ?? read);
  }

  /** Throws what rejects the reload. */
  async pass(source: SourceSet, made: Made, options: ReloadOptions): Promise<void> {
    this.#last = contentKey(source);
    for (const gate of this.#gates) await gate(source, options, made);
  }
}
