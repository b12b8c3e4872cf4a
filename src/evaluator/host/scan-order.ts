import type { EvaluationContext } from './evaluation-context.js';
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

type Compare = (a: number, b: number) => number;

/** A scan of one set or object. */
interface Scan {
  /** Addresses of the members of the set, or of the keys of the object, in OPA's order. */
  readonly members: readonly number[];
  /** Where the last step ended. */
  at: number;
}

/**
 * Gives the members of sets and objects in OPA's order. The guest's own order is that of its hash tables, and shows
 * in every array that is filled from a scan. Addresses are kept for one evaluation: the next one uses the heap anew.
 */
export class ScanOrder {
  readonly #memory: GuestMemory;
  readonly #context: EvaluationContext;
  readonly #compare: Compare;
  readonly #scans = new Map<number, Scan>();
  /** Of the data document, which lies below the heap and never changes. */
  readonly #kept = new Map<number, readonly number[]>();
  #heap = 0;
  /** Where the heap begins, once the data is loaded. */
  heapStart = 0;

  /** `compare` orders two values by their addresses, as the guest does. */
  constructor(memory: GuestMemory, context: EvaluationContext, compare: Compare) {
    this.#memory = memory;
    this.#context = context;
    this.#compare = (a, b) => {
      context.budget.step();
      return compare(a, b);
    };
  }

  /** Address of the member after `previous`, of the first after 0; 0 at the end. */
  next(node: number, previous: number): number {
    this.#context.budget.step();
    if (previous === 0) return this.#start(node >>> 0);
    const scan = this.#scans.get(node >>> 0);
    if (scan === undefined) return 0;
    // Scans of the same node inside each other take turns.
    if (scan.members[scan.at] !== previous >>> 0) scan.at = scan.members.indexOf(previous >>> 0);
    return scan.members[++scan.at] ?? 0;
  }

  #start(node: number): number {
    if (this.#heap !== this.#context.heap) {
      this.#heap = this.#context.heap;
      this.#scans.clear();
    }
    const members = node < this.heapStart ? (this.#kept.get(node) ?? this.#keep(node)) : this.#membersOf(node);
    this.#scans.set(node, { members, at: 0 });
    return members[0] ?? 0;
  }

  #keep(node: number): readonly number[] {
    const members = this.#sorted(this.#memory.bytes, node);
    this.#kept.set(node, members);
    return members;
  }

  /** What a policy scans is complete, and is not freed before the evaluation ends: the same length is the same node. */
  #membersOf(node: number): readonly number[] {
    const { bytes } = this.#memory;
    const known = this.#scans.get(node)?.members;
    return known?.length === bytes.readUInt32LE(node + LENGTH) ? known : this.#sorted(bytes, node);
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
