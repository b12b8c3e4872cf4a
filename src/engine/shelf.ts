import { isLargeData } from '../policy/large-data.js';
import type { Generation } from './generation.js';

/**
 * Revisions that do not decide but stay prepared everywhere, so that going back to one is a swap and nothing else. Those with large data do
 * not stay: each would take as much memory as the one that serves, and going back to it loads it again.
 */
export class Shelf {
  readonly #capacity: number;
  /** Oldest first. */
  #held: Generation[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Frees what there is no more room for. */
  put(generation: Generation): void {
    if (isLargeData(generation.revision.data)) {
      generation.retire();
      return;
    }
    this.#held.push(generation);
    this.#trim(this.#capacity);
  }

  /** Takes the revision off the shelf, if it is there: whoever takes it puts it back or lets it serve. */
  take(id: string): Generation | undefined {
    const found = this.#held.find(({ revision }) => revision.id === id);
    this.#held = this.#held.filter((generation) => generation !== found);
    return found;
  }

  get ids(): readonly string[] {
    return this.#held.map(({ revision }) => revision.id);
  }

  clear(): void {
    this.#trim(0);
  }

  #trim(most: number): void {
    const surplus = Math.max(0, this.#held.length - most);
    for (const generation of this.#held.splice(0, surplus)) generation.retire();
  }
}
