import type { FuzzRule } from './fuzz-case.js';
import { PANIC } from './run-cases.js';
import type { Difference } from './run-cases.js';

/** A kind of difference that stays, and why. The page of the built-ins (`src/reference/builtins.md`) tells the same. */
export interface KnownDifference {
  readonly name: string;
  /** `siblings` are all differences of the same case. */
  readonly covers: (difference: Difference, siblings: readonly Difference[]) => boolean;
}

const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    name: "a policy on which OPA's interpreter panics",
    covers: ({ topdown }) => topdown === PANIC,
  },
  {
    name: 'empty documents below a constant that is no text',
    // What follows from the empty document differs too: a rule that iterates over it.
    covers: ({ case: found }, siblings) =>
      [...found.rules, ...found.asking].some(headHasConstant) &&
      siblings.some(({ wasm, topdown }) => withoutEmpty(wasm) === withoutEmpty(topdown)),
  },
  {
    name: 'a conflict that one engine does not come by',
    covers: ({ wasm, topdown, conflicts }) => conflicts && (wasm === 'error') !== (topdown === 'error'),
  },
  {
    name: 'numbers beyond 18 digits, and fractions',
    covers: (_, siblings) => siblings.some(({ wasm, topdown }) => rounded(wasm) === rounded(topdown)),
  },
  {
    name: 'elements of an array by an index with a point',
    covers: ({ case: found }) => /\[-?\d+\.0*\]/u.test(JSON.stringify([found.rules, found.asking])),
  },
];

/** The kind that covers a difference, if any does; `all` may hold those of other cases. */
export function knownDifference(difference: Difference, all: readonly Difference[]): KnownDifference | undefined {
  const siblings = all.filter((other) => other.case === difference.case);
  return KNOWN_DIFFERENCES.find(({ covers }) => covers(difference, siblings));
}

/** `r[0.5].a`, `r.a[true] contains …`: a part of the name that is constant and no text. */
function headHasConstant({ head }: FuzzRule): boolean {
  const [name = ''] = head.split(/ (?::=|contains) /u);
  return /\[(?:-?\d[^\]"]*|true|false|null|\[\]|\{\}|set\(\))\]/u.test(name);
}

/** JSON text with empty objects and arrays taken out of objects, as often as that empties others. */
function withoutEmpty(text: string): string {
  if (!/^[[{]/u.test(text)) return text;
  const prune = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const kept = Object.entries(value)
      .map(([key, member]) => [key, prune(member)] as const)
      .filter(([, member]) => typeof member !== 'object' || member === null || Object.keys(member).length > 0);
    return Object.fromEntries(kept);
  };
  return JSON.stringify(prune(JSON.parse(text)));
}

/** Every number, also in the names of keys, as JavaScript reads it, to 12 digits. */
function rounded(text: string): string {
  return text.replace(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/giu, (number) => Number(number).toPrecision(12));
}
