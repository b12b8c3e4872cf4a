/** Lines kept between two messages, and characters of one line: a rule may print in a loop. */
const MAX_LINES = 200;
const MAX_LENGTH = 4096;

/** Collects `print` lines so that they travel with the replies; what is too much is counted instead. */
export class PrintBuffer {
  readonly #send: (lines: readonly string[]) => void;
  #lines: string[] = [];
  #lost = 0;

  constructor(send: (lines: readonly string[]) => void) {
    this.#send = send;
  }

  add(text: string): void {
    if (this.#lines.length === MAX_LINES) this.#lost++;
    else this.#lines.push(text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text);
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    if (this.#lost > 0) this.#lines.push(`… and ${this.#lost} more lines`);
    this.#send(this.#lines);
    this.#lines = [];
    this.#lost = 0;
  }
}
