import { isDeepStrictEqual } from 'node:util';
import { slashPath } from '../decisions/filter.js';
import type { KeptDecision } from '../decisions/record.js';
import { memberText, notReplayable } from '../decisions/record.js';
import { flipOf, withoutPrivate } from '../domains/grants.js';
import type { Flip } from '../domains/grants.js';
import type { Replayed, Replica } from '../evaluator/replica.js';
import type { ImpactExample, PathImpact, Replay, Unreplayable } from './report.js';

/** One evaluation. What takes longer fails on that side. */
const DEADLINE_MS = 1_000;
const MAX_EXAMPLES = 3;
const MAX_IDS = 100;
/** Longest text of an example. */
const MAX_TEXT = 400;
/** Paths that are told apart; callers choose them. */
const MAX_PATHS = 200;
/** A percentile of fewer is one of them. */
const MIN_TIMED = 20;

/** An evaluation that takes so much longer than that of the other side, and so many ms, may have been interrupted. */
const SUSPECT_RATIO = 1.5;
const SUSPECT_MS = 0.1;
/** What is suspect is timed again so often, of each path until so many were as slow again: a twentieth of what is replayed by default. */
const AGAIN = 2;
const CONFIRMED = 50;

type Asked = Pick<Replica, 'has' | 'evaluate'>;

interface Answer {
  /** Undefined for an undefined decision. */
  readonly value?: unknown;
  readonly text: string | undefined;
  readonly error?: string;
}

class Path {
  readonly counts = { replayed: 0, deny_to_allow: 0, allow_to_deny: 0, other: 0, errors: 0 };
  readonly times: { readonly before: number[]; readonly after: number[] } = { before: [], after: [] };
  /** Evaluations that took long again. */
  confirmed = 0;
  readonly examples: ImpactExample[] = [];
  readonly ids: Partial<Record<Flip | 'error', string[]>> = {};

  note(flip: Flip | 'error', id: string, example: () => Omit<ImpactExample, 'flip' | 'decision_id'>): void {
    this.counts[flip === 'error' ? 'errors' : flip]++;
    const ids = (this.ids[flip] ??= []);
    if (ids.length < MAX_IDS) ids.push(id);
    if (ids.length <= MAX_EXAMPLES) this.examples.push({ decision_id: id, flip, ...example() });
  }

  report(path: string): PathImpact {
    const { before, after } = this.times;
    const timed = before.length >= MIN_TIMED;
    const [was, is] = [percentile(before), percentile(after)];
    return {
      ...{ path, ...this.counts, examples: this.examples, decision_ids: this.ids },
      p95_ms: timed ? { before: was, after: is } : null,
      slowdown: timed && was > 0 ? Math.round((is / was) * 100) / 100 : null,
    };
  }
}

/** Runs recorded decisions on the candidate, and on what they are compared with: another revision, or what was recorded. */
export class Replayer {
  readonly #before: Asked | undefined;
  readonly #after: Asked;
  readonly #paths = new Map<string, Path>();
  readonly #unreplayable: Partial<Record<Unreplayable, number>> = {};
  #recorded = 0;
  /** The side that is asked first: what comes second finds the input in the caches. */
  #swapped = false;
  readonly #now: () => number;

  /** `now` tells the time in ms. */
  constructor(before: Asked | undefined, after: Asked, now: () => number = () => performance.now()) {
    this.#before = before;
    this.#after = after;
    this.#now = now;
  }

  run(kept: KeptDecision): void {
    this.#recorded++;
    const why = reasonOf(kept) ?? this.#replay(kept);
    if (why !== undefined) this.#unreplayable[why] = (this.#unreplayable[why] ?? 0) + 1;
  }

  report(): Replay {
    const paths = [...this.#paths].map(([path, found]) => found.report(path)).sort((a, b) => weight(b) - weight(a));
    const sum = (name: 'replayed' | 'deny_to_allow' | 'allow_to_deny' | 'other' | 'errors'): number =>
      paths.reduce((total, path) => total + path[name], 0);
    const slowdowns = paths.flatMap(({ slowdown }) => (slowdown === null ? [] : [slowdown]));
    return {
      recorded: this.#recorded,
      replayed: sum('replayed'),
      not_replayable: this.#unreplayable,
      ...{ deny_to_allow: sum('deny_to_allow'), allow_to_deny: sum('allow_to_deny'), other: sum('other'), errors: sum('errors') },
      slowdown: slowdowns.length === 0 ? null : Math.max(...slowdowns),
      paths,
    };
  }

  #replay(kept: KeptDecision): Unreplayable | undefined {
    const { record } = kept;
    const path = slashPath(record.path);
    const segments = path.split('/');
    const after = placed(this.#after, segments);
    const before = this.#before === undefined ? undefined : placed(this.#before, segments);
    if (after === undefined && before === undefined) return 'unknown_path';
    const input = memberText(kept, 'input');
    const strict = record.custom.strict_builtin_errors === true;
    const ask = (side: Asked | undefined, place: Place | undefined): [Replayed, number] => {
      const start = this.#now();
      const answer = side === undefined || place === undefined ? UNDEFINED : side.evaluate(place.entrypoint, input, DEADLINE_MS, strict);
      return [answer, this.#now() - start];
    };
    this.#swapped = !this.#swapped;
    const first = this.#swapped ? ask(this.#after, after) : ask(this.#before, before);
    const second = this.#swapped ? ask(this.#before, before) : ask(this.#after, after);
    const [[is, isMs], [was, wasMs]] = this.#swapped ? [first, second] : [second, first];
    const volatile = is.volatile ?? was.volatile;
    if (volatile !== undefined) return volatile;
    const found = this.#pathOf(path);
    found.counts.replayed++;
    if (this.#before !== undefined) {
      found.times.after.push(this.#timed(found, isMs, wasMs, () => ask(this.#after, after)[1]));
      found.times.before.push(this.#timed(found, wasMs, isMs, () => ask(this.#before, before)[1]));
    }
    const old = this.#before === undefined ? recorded(kept) : answerOf(was, before);
    this.#compare(found, kept, path, old, answerOf(is, after), input);
    return undefined;
  }

  /** The time that an evaluation takes by itself: on a busy machine a thread that gives way stands still in many of them. */
  #timed(found: Path, ms: number, otherMs: number, again: () => number): number {
    const isSuspect = (time: number): boolean => time > SUSPECT_MS && time > otherMs * SUSPECT_RATIO;
    if (!isSuspect(ms) || found.confirmed >= CONFIRMED) return ms;
    let least = ms;
    for (let left = AGAIN; left > 0 && isSuspect(least); left--) least = Math.min(least, again());
    if (isSuspect(least)) found.confirmed++;
    return least;
  }

  #compare(found: Path, { record }: KeptDecision, path: string, was: Answer, is: Answer, input: Uint8Array | undefined): void {
    const example = (): Omit<ImpactExample, 'flip' | 'decision_id'> => ({
      input: cut(input === undefined ? '' : Buffer.from(input).toString('utf8')),
      ...sides(was, is),
    });
    if (is.error !== undefined) {
      if (was.error === undefined) found.note('error', record.decision_id, example);
      return;
    }
    if (was.error === undefined && was.text !== undefined && was.text === is.text) return;
    const flip = flipOf(path, was.value, is.value, was.error === undefined && isDeepStrictEqual(was.value, is.value));
    if (flip !== undefined) found.note(flip, record.decision_id, example);
  }

  #pathOf(path: string): Path {
    const name = this.#paths.has(path) || this.#paths.size < MAX_PATHS ? path : 'others';
    const known = this.#paths.get(name) ?? new Path();
    this.#paths.set(name, known);
    return known;
  }
}

interface Place {
  readonly entrypoint: string;
  readonly rest: readonly string[];
}

const UNDEFINED: Replayed = { result: undefined };

/** The longest entrypoint that the path is or lies below. */
function placed(side: Asked, segments: readonly string[]): Place | undefined {
  for (let length = segments.length; length > 0; length--) {
    const entrypoint = segments.slice(0, length).join('/');
    if (side.has(entrypoint)) return { entrypoint, rest: segments.slice(length) };
  }
  return undefined;
}

/** An export of OPA's own names no revision where it served no bundle. */
function reasonOf({ record }: KeptDecision): Unreplayable | undefined {
  const served = record.bundles ?? (record.error === undefined ? { policies: { revision: '' } } : undefined);
  return notReplayable(served === undefined ? record : { ...record, bundles: served });
}

function answerOf(replayed: Replayed, place: Place | undefined): Answer {
  if ('error' in replayed) return { text: undefined, error: replayed.error };
  if (replayed.result === undefined) return { text: undefined };
  let value: unknown = JSON.parse(replayed.result);
  for (const name of place?.rest ?? []) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return place?.rest.length === 0
    ? { value, text: replayed.result }
    : { value, text: value === undefined ? undefined : JSON.stringify(value) };
}

function recorded(kept: KeptDecision): Answer {
  const { result, error } = kept.record;
  if (error !== undefined) return { text: undefined, error: error.code };
  return { value: result, text: result === undefined ? undefined : JSON.stringify(result) };
}

/** As people read them: with the rules that are a policy's own business only where nothing else tells the sides apart. */
function sides(was: Answer, is: Answer): Pick<ImpactExample, 'before' | 'after'> {
  const [before, after] = [told(was), told(is)];
  return before.text === after.text ? { before: shown(was), after: shown(is) } : { before: shown(before), after: shown(after) };
}

function told(answer: Answer): Answer {
  const value = withoutPrivate(answer.value);
  return value === answer.value ? answer : { value, text: JSON.stringify(value) };
}

function shown({ error, text }: Answer): string | null {
  if (error !== undefined) return `error: ${error}`;
  return text === undefined ? null : cut(text);
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}

function percentile(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  const at = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? 0;
  return Math.round(at * 1000) / 1000;
}

function weight({ deny_to_allow, allow_to_deny, other, errors, replayed }: PathImpact): number {
  return (deny_to_allow + allow_to_deny + errors) * 1e6 + other * 1e3 + replayed / 1e6;
}
