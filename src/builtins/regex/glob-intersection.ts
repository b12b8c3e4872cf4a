import type { Step } from '../../value/step.js';
import { globTokens } from './glob-tokens.js';
import type { GlobToken } from './glob-tokens.js';

type Glob = readonly GlobToken[];

/** True when some text matches both globs; throws BuiltinError for a glob that is none. */
export function globsIntersect(left: string, right: string, step: Step): boolean {
  const trimmed = trim(globTokens(left, step), globTokens(right, step), step);
  return trimmed !== undefined && new Intersection(...trimmed, step).normal(0, 0);
}

/** Cuts equal unrepeated ends but for one token each, undefined at the first mismatch: the search needs no more than the middle. */
function trim(a: Glob, b: Glob, step: Step): [Glob, Glob] | undefined {
  let left = 0;
  while (isSingle(a[left]) && isSingle(b[left])) {
    if (!matches(a[left], b[left], step)) return undefined;
    left++;
  }
  if (left > 0) left--;
  let endA = a.length - 1;
  let endB = b.length - 1;
  while (endA >= left && endB >= left && isSingle(a[endA]) && isSingle(b[endB])) {
    if (!matches(a[endA], b[endB], step)) return undefined;
    endA--;
    endB--;
  }
  const kept = endA < a.length - 1 ? 2 : 1;
  return [a.slice(left, endA + kept), b.slice(left, endB + kept)];
}

function isSingle(token: GlobToken | undefined): boolean {
  return token?.repeat === '';
}

function matches(a: GlobToken | undefined, b: GlobToken | undefined, step: Step): boolean {
  if (a === undefined || b === undefined) return false;
  step();
  const others = b.characters;
  if (a.characters === undefined || others === undefined) return true;
  step(1 + (a.characters.size >> 2));
  for (const character of a.characters) if (others.has(character)) return true;
  return false;
}

/**
 * The search of OPA's glob intersection, answer for answer: it is not complete for stars in a row, and policies are tested
 * against what it says. Each pair of places is decided once, which keeps the work polynomial.
 */
class Intersection {
  readonly #left: Glob;
  readonly #right: Glob;
  readonly #step: Step;
  readonly #known = new Map<string, boolean>();

  constructor(left: Glob, right: Glob, step: Step) {
    this.#left = left;
    this.#right = right;
    this.#step = step;
  }

  normal(at: number, otherAt: number): boolean {
    return this.#normal({ glob: this.#left, at, other: this.#right, otherAt });
  }

  /** Both sides token by token, until one repeats. */
  #normal({ glob, at, other, otherAt }: Places): boolean {
    let [i, j] = [at, otherAt];
    for (; i < glob.length && j < other.length; i++, j++) {
      if (!isSingle(glob[i])) return this.#repeated({ glob, at: i, other, otherAt: j });
      if (!isSingle(other[j])) return this.#repeated({ glob: other, at: j, other: glob, otherAt: i });
      if (!matches(glob[i], other[j], this.#step)) return false;
    }
    return i === glob.length && j === other.length;
  }

  /** `glob` repeats at its place. */
  #repeated(places: Places): boolean {
    const key = `${places.glob === this.#left ? 'l' : 'r'}${places.at},${places.otherAt}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const answer = places.glob[places.at]?.repeat === '+' ? this.#plus(places) : this.#star(places, places.otherAt);
    this.#known.set(key, answer);
    return answer;
  }

  #plus(places: Places): boolean {
    const { glob, at, other, otherAt } = places;
    if (!matches(glob[at], other[otherAt], this.#step)) return false;
    if (this.#star(places, otherAt + 1)) return true;
    return !isSingle(other[otherAt]) && this.#normal({ glob, at: at + 1, other, otherAt });
  }

  #star({ glob, at, other }: Places, from: number): boolean {
    const following = glob[at + 1];
    for (let j = from; j < other.length; j++) {
      if (following !== undefined && matches(other[j], following, this.#step) && this.#normal({ glob, at: at + 1, other, otherAt: j }))
        return true;
      if (!matches(other[j], glob[at], this.#step)) return false;
    }
    return following === undefined;
  }
}

interface Places {
  readonly glob: Glob;
  readonly at: number;
  readonly other: Glob;
  readonly otherAt: number;
}
