import { CLAIMS_FD } from './inherited.js';
import { SharedWords } from './shared-words.js';

const NAMES = ['taken', 'revoked'] as const;

/**
 * Settles who reads from a connection that the main process handed to a serving process and wants back, although that process may be
 * stopped at any instruction. Connections are numbered in the order in which they were handed over. Each side writes its own word before it
 * reads the other's, so at least one of them sees what the other wants:
 *
 * 1. the process does not see the revocation: it wrote `taken` before, which the main process then sees, and leaves the connection to it;
 * 2. the main process does not see it taken: the process will see the revocation, and leaves the connection to the main process;
 * 3. both see each other: the process leaves it and says so, and the main process has waited for that word.
 */
export class Claims {
  readonly #words: SharedWords<(typeof NAMES)[number]>;

  private constructor(words: SharedWords<(typeof NAMES)[number]>) {
    this.#words = words;
  }

  /** For the main process; `folder` as {@link SharedWords.create} takes it. */
  static create(folder: string): Claims {
    return new Claims(SharedWords.create(folder, NAMES));
  }

  /** For the serving process. */
  static inherited(fd = CLAIMS_FD): Claims {
    return new Claims(new SharedWords(fd, NAMES));
  }

  get fd(): number {
    return this.#words.fd;
  }

  /** Asked by the serving process before it reads a byte. False: the connection is not its own any more. */
  take(number: number): boolean {
    this.#words.write('taken', number);
    return isAfter(number, this.#words.read('revoked'));
  }

  /** The main process wants everything back up to this number. True for a number that the process cannot have. */
  revoke(number: number): (handed: number) => boolean {
    this.#words.write('revoked', number);
    const taken = this.#words.read('taken');
    return (handed) => isAfter(handed, taken);
  }

  close(): void {
    this.#words.close();
  }
}

/** Numbers wrap at 2^32, and only neighbours are compared. */
function isAfter(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}
