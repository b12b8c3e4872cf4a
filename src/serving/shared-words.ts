import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';

const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT;

/**
 * A few numbers that several processes read from the same page of memory: an unlinked file, which children inherit open. A write is seen by
 * every read that begins after it, in whatever process, so one write switches all of them at the same instant; a message to each could not.
 * A read takes about a microsecond.
 */
export class SharedWords<Name extends string> {
  readonly fd: number;
  readonly #names: readonly Name[];
  readonly #words: Uint32Array;

  constructor(fd: number, names: readonly Name[]) {
    this.fd = fd;
    this.#names = names;
    this.#words = new Uint32Array(names.length);
  }

  /** All zero, backed by a file in `folder` that is gone again on return. */
  static create<Name extends string>(folder: string, names: readonly Name[]): SharedWords<Name> {
    const file = path.join(folder, 'words');
    const fd = openSync(file, 'wx+', 0o600);
    unlinkSync(file);
    writeSync(fd, new Uint32Array(names.length), 0, names.length * WORD_BYTES, 0);
    return new SharedWords(fd, names);
  }

  read(name: Name): number {
    readSync(this.fd, this.#words, 0, this.#words.byteLength, 0);
    return this.#words[this.#names.indexOf(name)] ?? 0;
  }

  write(name: Name, value: number): void {
    const place = this.#names.indexOf(name) * WORD_BYTES;
    if (writeSync(this.fd, Uint32Array.of(value), 0, WORD_BYTES, place) !== WORD_BYTES) throw new Error('Expected to write a whole word');
  }

  /** Tells readers that something changed. Only one process may write a word. */
  bump(name: Name): number {
    const next = (this.read(name) + 1) >>> 0;
    this.write(name, next);
    return next;
  }

  close(): void {
    closeSync(this.fd);
  }
}
