import type { IncomingMessage } from 'node:http';
import type { PlainHeaders } from './plain-headers.js';
import type { Stop } from './stops.js';

/** A request head that Node's parser has read before, and what it came to. */
export interface KnownHead {
  readonly path: string;
  readonly headers: PlainHeaders;
  readonly stop: Stop;
}

/** Clients of one kind send the same head over and over; heads that differ each time are not worth room. */
const MAX_HEADS = 256;
const MAX_HEAD_BYTES = 4096;

const LENGTH_LINE = /\r\ncontent-length: ([1-9]\d{0,6})\r\n/iu;
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** Say something about the connection or the framing, so that the same bytes may ask for something else than an answer. */
const UNUSUAL: ReadonlySet<string> = new Set(['connection', 'upgrade', 'te', 'trailer', 'proxy-connection']);

/**
 * Heads of requests, to be recognised when the same bytes come again. There is no second parser here: a head gets in after Node's own has
 * read it, written out from what that read, and is found by equality of all of its bytes but the digits of its length. Looking up goes by
 * the hash of the whole, so how long it takes says nothing of how much of a token was right.
 */
export class KnownHeads {
  readonly #heads = new Map<string, KnownHead>();

  /** Takes down the head of a request that was let in. False when it is not of the plain kind. */
  learn({ rawHeaders, httpVersion }: Pick<IncomingMessage, 'rawHeaders' | 'httpVersion'>, known: KnownHead): boolean {
    if (httpVersion !== '1.1') return false;
    let head = `POST ${known.path} HTTP/1.1\r\n`;
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const name = rawHeaders[index] ?? '';
      const value = rawHeaders[index + 1] ?? '';
      if (isUnusual(name.toLowerCase(), value)) return false;
      head += `${name}: ${value}\r\n`;
    }
    if (head.length > MAX_HEAD_BYTES) return false;
    const found = LENGTH_LINE.exec(head);
    if (found === null) return false;
    if (this.#heads.size >= MAX_HEADS) this.#heads.clear();
    this.#heads.set(keyOf(`${head}\r\n`, found), known);
    return true;
  }

  /** The head of a chunk that holds one whole request and nothing else, and its body. Undefined for anything else. */
  recognise(chunk: Buffer): { readonly head: KnownHead; readonly body: Buffer } | undefined {
    const end = chunk.indexOf(END_OF_HEAD);
    if (end === -1 || end > MAX_HEAD_BYTES) return undefined;
    const start = end + END_OF_HEAD.length;
    const text = chunk.toString('latin1', 0, start);
    const found = LENGTH_LINE.exec(text);
    if (found === null || Number(found[1]) !== chunk.length - start) return undefined;
    const head = this.#heads.get(keyOf(text, found));
    return head === undefined ? undefined : { head, body: chunk.subarray(start) };
  }
}

/** To keep the connection is what happens anyway. */
function isUnusual(name: string, value: string): boolean {
  return UNUSUAL.has(name) && !(name === 'connection' && value.toLowerCase() === 'keep-alive');
}

/** The head without the digits of its length. */
function keyOf(head: string, { 0: line, 1: digits = '', index }: RegExpExecArray): string {
  const at = index + line.length - 2 - digits.length;
  return head.slice(0, at) + head.slice(at + digits.length);
}
