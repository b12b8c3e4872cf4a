import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';
import { WORDS } from './protocol.js';
import type { Word } from './protocol.js';

const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT;

/**
 * A few numbers that all processes read from the same page of memory: an unlinked file, which children inherit open. A write is seen by
 * every read that begins after it, in whatever process, so one write switches all of them at the same instant; a message to each could not.
 * A read takes about a microsecond.
 */
export class SharedWords {
  readonly fd: number;
  readonly #words = new Uint32Array(WORDS.length);

  constructor(fd: number) {
    this.fd = fd;
  }

  /** All zero, backed by a file in `folder` that is gone again on return. */
  static create(folder: string): SharedWords {
    const file = path.join(folder, 'words');
    const fd = openSync(file, 'wx+', 0o600);
    unlinkSync(file);
    writeSync(fd, new Uint32Array(WORDS.length), 0, WORDS.length * WORD_BYTES, 0);
    return new SharedWords(fd);
  }

  read(word: Word): number {
    readSync(this.fd, this.#words, 0, WORDS.length * WORD_BYTES, 0);
    return this.#words[WORDS.indexOf(word)] ?? 0;
  }

  write(word: Word, value: number): void {
    const place = WORDS.indexOf(word) * WORD_BYTES;
    if (writeSync(this.fd, Uint32Array.of(value), 0, WORD_BYTES, place) !== WORD_BYTES) throw new Error('Expected to write a whole word');
  }

  /** Tells readers that something changed. Only one process may write a word. */
  bump(word: Word): number {
    const next = (this.read(word) + 1) >>> 0;
    this.write(word, next);
    return next;
  }

  close(): void {
    closeSync(this.fd);
  }
}
