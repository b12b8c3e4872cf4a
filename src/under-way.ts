/** Work that whoever closes has to wait for. */
export class UnderWay {
  readonly #turns = new Set<Promise<unknown>>();

  /** The outcome of the turn, which counts as under way until then. */
  async watch<T>(turn: Promise<T>): Promise<T> {
    this.#turns.add(turn);
    try {
      return await turn;
    } finally {
      this.#turns.delete(turn);
    }
  }

  /** Settles when all that is under way has ended, well or not. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#turns);
  }
}
