import type { Linking } from '../policy/revision.js';

/** Code of a policy, taken apart. */
export interface PolicyCode {
  /** Modules; the main part first. One that was left out is empty. */
  readonly parts: readonly [Uint8Array, ...Uint8Array[]];
  /** Bytes of the main part and of the list behind it: the other parts follow. */
  readonly headBytes: number;
  /** Absent where the code is one module that needs no linking. */
  readonly linking?: Linking;
}

/** Magic word and version. */
const HEADER_BYTES = 8;
const CUSTOM_SECTION = 0;

/** Names of the custom sections that lie behind the main part. */
const LINK_SECTION = 'link';
const PART_SECTION = 'part';

/**
 * Finds the parts in the code of a policy: the main part is a module, behind which custom sections tell how the parts are linked, and hold
 * the others. What is no module is left to whoever compiles it.
 */
export function policyCode(code: Uint8Array): PolicyCode {
  const taken = known.get(code) ?? takeApart(code);
  known.set(code, taken);
  return taken;
}

/** Each code is wanted several times. */
const known = new WeakMap<Uint8Array, PolicyCode>();

function takeApart(code: Uint8Array): PolicyCode {
  const bytes = Buffer.from(code.buffer, code.byteOffset, code.byteLength);
  const others: Uint8Array[] = [];
  let main: Uint8Array = code;
  let linking: Linking | undefined;
  let headBytes = code.byteLength;
  for (let at = HEADER_BYTES; at < bytes.length;) {
    const start = at;
    const id = bytes[at];
    const size = leb(bytes, at + 1);
    const end = size.next + size.value;
    if (id === CUSTOM_SECTION) {
      const length = leb(bytes, size.next);
      const content = length.next + length.value;
      const name = bytes.toString('utf8', length.next, content);
      if (name === LINK_SECTION) {
        main = code.subarray(0, start);
        headBytes = end;
        linking = JSON.parse(bytes.toString('utf8', content, end)) as Linking;
      } else if (name === PART_SECTION) others.push(code.subarray(content, end));
    }
    at = end;
  }
  return { parts: [main, ...others], headBytes, ...(linking === undefined ? {} : { linking }) };
}

/** The parts of a policy by their ids, but for the main one. */
export function partsById({ parts, linking }: PolicyCode): ReadonlyMap<string, Uint8Array> {
  return new Map(linking?.parts.slice(1).map(({ id }, index) => [id, parts[index + 1] ?? NOTHING]));
}

const NOTHING = new Uint8Array();

/** The code with the parts that its receiver has left empty, by their ids. */
export function withoutParts(code: Uint8Array, had: ReadonlySet<string>): Uint8Array {
  return had.size === 0 ? code : rewritten(code, (id, part) => (had.has(id) ? NOTHING : part));
}

/** The opposite. Throws Error where a part is neither in the code nor known. */
export function withParts(code: Uint8Array, had: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  return rewritten(code, (id, part) => {
    const found = part.byteLength > 0 ? part : had.get(id);
    if (found === undefined) throw new Error(`Expected the part ${id} to be here`);
    return found;
  });
}

function rewritten(code: Uint8Array, choose: (id: string, part: Uint8Array) => Uint8Array): Uint8Array<ArrayBuffer> {
  const taken = policyCode(code);
  const others = [...partsById(taken)].map(([id, part]) => choose(id, part));
  const head = code.subarray(0, taken.headBytes);
  return new Uint8Array(Buffer.concat([head, ...others.flatMap((part) => [sectionHead(part.byteLength), part])]));
}

/** What stands before the content of a part. */
function sectionHead(length: number): Uint8Array {
  const name = Buffer.from(PART_SECTION);
  return Buffer.from([CUSTOM_SECTION, ...lebOf(1 + name.byteLength + length), name.byteLength, ...name]);
}

function lebOf(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...lebOf(value >>> 7)];
}

/** An unsigned number in LEB128, and where the next byte is. */
function leb(bytes: Buffer, start: number): { readonly value: number; readonly next: number } {
  let value = 0;
  let factor = 1;
  for (let at = start; ; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (byte < 0x80) return { value, next: at + 1 };
  }
}
