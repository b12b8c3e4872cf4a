import { BuiltinError } from '../builtin.js';

/** Tags of ASN.1's universal types, constructed bit included where DER demands it. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Tag of a context-specific field. */
export function contextTag(number: number, constructed = false): number {
  return (constructed ? 0xa0 : 0x80) | number;
}

/** One element: its tag, its contents, and both with the length between them. */
export interface DerElement {
  readonly tag: number;
  readonly contents: Buffer;
  readonly whole: Buffer;
}

/**
 * Reads DER from left to right and takes nothing that is not DER, as Go's x509 parser does: certificates that differ in
 * encoding alone must not count as the same. Every method throws BuiltinError for what it cannot read.
 */
export class DerReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get empty(): boolean {
    return this.#position >= this.#bytes.length;
  }

  /** True when the next element has the tag. */
  has(tag: number): boolean {
    return this.#bytes[this.#position] === tag;
  }

  next(): DerElement {
    const start = this.#position;
    const tag = this.#byte();
    // Tag numbers past 30 take more bytes; nothing in a certificate has one.
    if ((tag & 0x1f) === 0x1f) throw malformed();
    const length = this.#length();
    const end = this.#position + length;
    if (end > this.#bytes.length) throw malformed();
    const contents = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return { tag, contents, whole: this.#bytes.subarray(start, end) };
  }

  expect(tag: number): DerElement {
    if (!this.has(tag)) throw malformed();
    return this.next();
  }

  optional(tag: number): DerElement | undefined {
    return this.has(tag) ? this.next() : undefined;
  }

  /** A reader of the contents of the element that must come next. */
  enter(tag: number): DerReader {
    return new DerReader(this.expect(tag).contents);
  }

  integer(tag: number = TAG.integer): bigint {
    const { contents } = this.expect(tag);
    const [first, second = 0] = contents;
    if (first === undefined) throw malformed();
    // The shortest form has no leading byte that only repeats the sign.
    if (contents.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) throw malformed();
    return BigInt.asIntN(contents.length * 8, BigInt(`0x${contents.toString('hex')}`));
  }

  /** An integer that fits Go's int and is not negative. */
  count(tag: number = TAG.integer): number {
    const value = this.integer(tag);
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed();
    return Number(value);
  }

  boolean(): boolean {
    const { contents } = this.expect(TAG.boolean);
    if (contents.length !== 1 || (contents[0] !== 0 && contents[0] !== 0xff)) throw malformed();
    return contents[0] === 0xff;
  }

  oid(): string {
    return oidText(this.expect(TAG.oid).contents);
  }

  /** Bits, first one first; the last byte is padded with zeros. */
  bits(): Buffer {
    const { contents } = this.expect(TAG.bitString);
    const [padding] = contents;
    if (padding === undefined || padding > 7 || (padding > 0 && contents.length === 1)) throw malformed();
    const last = contents.at(-1) ?? 0;
    if (contents.length > 1 && (last & ((1 << padding) - 1)) !== 0) throw malformed();
    return contents.subarray(1);
  }

  /** Elements up to the end. */
  *elements(): Generator<DerElement> {
    while (!this.empty) yield this.next();
  }

  /** Readers of the contents of all elements up to the end, which must have the tag. */
  *entries(tag: number = TAG.sequence): Generator<DerReader> {
    while (!this.empty) yield this.enter(tag);
  }

  #byte(): number {
    const byte = this.#bytes[this.#position++];
    if (byte === undefined) throw malformed();
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const size = first & 0x7f;
    if (size === 0 || size > 4) throw malformed();
    let length = 0;
    for (let index = 0; index < size; index++) length = length * 256 + this.#byte();
    if (length < 0x80 || length < 256 ** (size - 1)) throw malformed();
    return length;
  }
}

/** An object identifier in dotted form, arcs of any size. */
function oidText(contents: Buffer): string {
  if (contents.length === 0) throw malformed();
  const arcs: bigint[] = [];
  let arc = 0n;
  let open = false;
  for (const byte of contents) {
    if (!open && byte === 0x80) throw malformed();
    arc = arc * 128n + BigInt(byte & 0x7f);
    open = byte >= 0x80;
    if (open) continue;
    // The first number holds two arcs, the first of which is 0, 1 or 2.
    if (arcs.length === 0) arcs.push(...(arc < 80n ? [arc / 40n, arc % 40n] : [2n, arc - 80n]));
    else arcs.push(arc);
    arc = 0n;
  }
  if (open) throw malformed();
  return arcs.join('.');
}

function malformed(): BuiltinError {
  return new BuiltinError('x509: malformed DER');
}
