import type { GuestExports } from './guest-exports.js';
import type { GuestMemory } from './guest-memory.js';

// How the library of OPA lays a set or an object out, as offsets in bytes: type, buckets, number of buckets, number of
// members. A bucket is a chain of members: value and next of a set, key, value and next of an object. None are aligned.
const BUCKETS = 4;
const BUCKET_COUNT = 8;
const LENGTH = 12;
const SET = 7;
const NEXT_IN_SET = 4;
const NEXT_IN_OBJECT = 8;
const WORD = 4;

/** A scan of one set or object. */
interface Scan {
  /** Addresses of the members of the set, or of the keys of the object, in OPA's order. */
  readonly members: readonly number[];
  /** Where the last step ended. */
  at: number;
}

/**
 * Gives the members of sets and objects in OPA's order. The guest's own order is that of its hash tables, and shows
 * in every array that is filled from a scan. Holds addresses: {@link forget} them before the heap is used anew.
 */
export class ScanOrder {
  readonly #memory: GuestMemory;
  readonly #compare: (a: number, b: number) => number;
  readonly #scans = new Map<number, Scan>();

  constructor(memory: GuestMemory, exports: GuestExports) {
    this.#memory = memory;
    this.#compare = exports.opa_value_compare ?? (() => 0);
  }

  forget(): void {
    if (this.#scans.size > 0) this.#scans.clear();
  }

  /** Address of the member after `previous`, of the first after 0; 0 at the end. */
  next(node: number, previous: number): number {
    if (previous === 0) return this.#start(node);
    const scan = this.#scans.get(node);
    if (scan === undefined) return 0;
    // Scans of the same node inside each other take turns.
    if (scan.members[scan.at] !== previous) scan.at = scan.members.indexOf(previous);
    return scan.members[++scan.at] ?? 0;
  }

  #start(node: number): number {
    const { bytes } = this.#memory;
    const known = this.#scans.get(node);
    // What a policy scans is complete, and is not freed before the evaluation ends: the same length is the same node.
    const members = known?.members.length === bytes.readUInt32LE(node + LENGTH) ? known.members : this.#sorted(bytes, node);
    this.#scans.set(node, { members, at: 0 });
    return members[0] ?? 0;
  }

  #sorted(bytes: Buffer, node: number): readonly number[] {
    const next = bytes[node] === SET ? NEXT_IN_SET : NEXT_IN_OBJECT;
    const members: number[] = [];
    const buckets = bytes.readUInt32LE(node + BUCKETS);
    const end = buckets + bytes.readUInt32LE(node + BUCKET_COUNT) * WORD;
    for (let bucket = buckets; bucket < end; bucket += WORD) {
      for (let member = bytes.readUInt32LE(bucket); member !== 0; member = bytes.readUInt32LE(member + next)) {
        members.push(bytes.readUInt32LE(member));
      }
    }
    return members.sort(this.#compare);
  }
}
