import { DOMAINS } from '../../domains/registry.js';
import { flipOf, isDocument } from '../../domains/grants.js';
import type { Flip } from '../../domains/grants.js';
import type { Replica } from '../../evaluator/replica.js';
import { groundOf, reachOf, readsOtherData } from './ground.js';
import type { Ground, Surface } from './ground.js';
import { changed, firstInput } from './grow.js';
import { Random } from './random.js';
import { shrink } from './shrink.js';

/** One of the two revisions, ready to be asked. */
export interface WitnessSide extends Surface {
  readonly replica: Pick<Replica, 'evaluate' | 'has'>;
}

export interface WitnessOptions {
  /** Packages of both sides, dotted, without `data`. */
  readonly packages: readonly string[];
  /** Those of them in which a rule differs. */
  readonly edited: readonly string[];
  /** Slash paths of the rules that both sides answer. */
  readonly rules: readonly string[];
  /** Inputs to begin with, such as recorded ones, by the slash path of a package. */
  readonly seeds?: Readonly<Record<string, readonly unknown[]>>;
  readonly budgetMs: number;
  /** Default: as many as there is time for. */
  readonly maxInputs?: number;
  readonly seed?: number;
}

/** An input that one revision refuses and the other one lets through. */
export interface Witness {
  /** Slash path of the package or rule. */
  readonly path: string;
  readonly input: unknown;
  /** The decisions; absent for an undefined one. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What a search came to. That nothing was found proves nothing. */
export interface WitnessSearch {
  readonly witness?: Witness;
  /** Inputs that both sides were asked with; those of {@link failed} are among them. */
  readonly tried: number;
  /** Of them, those that were recorded. */
  readonly recorded: number;
  /** Of all, those that the later revision refuses and the earlier one lets through, and those on which they differ otherwise. */
  readonly narrowed: number;
  readonly other: number;
  /** Errors on either side, and answers that another time would change. */
  readonly failed: number;
  /** Slash paths of the packages that were asked: those that the edit can reach. */
  readonly packages: readonly string[];
  readonly durationMs: number;
}

/** Inputs that are kept because no other had the same two answers. */
const MAX_KEPT = 512;

/** One evaluation. */
const DEADLINE_MS = 50;

/** Share of the time that is there for finding an input; the rest is for finding a smaller form of it. */
const LOOKING = 0.75;
const SHRINK_EVALUATIONS = 4_000;

/** Looks for an input that is refused before and let through after. */
export function searchWitness(before: WitnessSide, after: WitnessSide, options: WitnessOptions): WitnessSearch {
  return new Search(before, after, options).run();
}

interface Target {
  readonly entrypoint: string;
  readonly ground: Ground;
  /** Inputs to begin with. */
  readonly recorded: readonly unknown[];
  /** Rules whose flips count; empty where the whole document is the decision. */
  readonly rules: readonly string[];
  /** Inputs with answers of their own. */
  readonly kept: unknown[];
}

/** How the decisions on one input differ. */
interface Difference {
  readonly flip: Flip;
  /** Of what is let through now. */
  readonly witness?: Witness;
}

class Search {
  readonly #sides: readonly [WitnessSide, WitnessSide];
  readonly #options: WitnessOptions;
  readonly #random: Random;
  readonly #seen = new Set<string>();
  readonly #counts = { tried: 0, recorded: 0, narrowed: 0, other: 0, failed: 0 };

  constructor(before: WitnessSide, after: WitnessSide, options: WitnessOptions) {
    this.#sides = [before, after];
    this.#options = options;
    this.#random = new Random(options.seed ?? 1);
  }

  run(): WitnessSearch {
    const start = performance.now();
    const { budgetMs, maxInputs = Infinity } = this.#options;
    const passed = (): number => performance.now() - start;
    const targets = this.#targets();
    const found = this.#look(targets, () => this.#counts.tried < maxInputs && passed() < budgetMs * LOOKING);
    return {
      ...(found === undefined ? {} : { witness: this.#smallest(...found, () => passed() < budgetMs) }),
      ...this.#counts,
      packages: targets.map(({ entrypoint }) => entrypoint),
      durationMs: Math.round(performance.now() - start),
    };
  }

  /** Packages that the edit can reach: by their rules, by those that they use, or by their data. */
  #targets(): readonly Target[] {
    const { packages, edited, seeds = {} } = this.#options;
    return packages.flatMap((name) => {
      const entrypoint = name.replaceAll('.', '/');
      const reach = reachOf(name, this.#sides);
      const reached = edited.some((one) => reach.has(one)) || readsOtherData(reach, this.#sides);
      const recorded = seeds[entrypoint] ?? [];
      const ground = groundOf(reach, this.#sides, recorded);
      const asked = ground.places.length > 0 || recorded.length > 0;
      if (!reached || !asked || !this.#sides.every(({ replica }) => replica.has(entrypoint))) return [];
      return [{ entrypoint, ground, recorded, rules: decisive(entrypoint, this.#options.rules), kept: [] }];
    });
  }

  #look(targets: readonly Target[], mayGoOn: () => boolean): [Target, Witness] | undefined {
    for (const target of targets) {
      for (const [number, input] of [{}, ...target.recorded].entries()) {
        if (!mayGoOn()) return undefined;
        if (number > 0) this.#counts.recorded++;
        const witness = this.#try(target, input);
        if (witness !== undefined) return [target, witness];
      }
    }
    const growing = targets.filter(({ ground }) => ground.places.length > 0);
    for (let round = 0; growing.length > 0 && mayGoOn(); round++) {
      const target = growing[round % growing.length];
      const witness = target && this.#try(target, this.#next(target));
      if (target !== undefined && witness !== undefined) return [target, witness];
    }
    return undefined;
  }

  #next({ kept, ground }: Target): unknown {
    const random = this.#random;
    if (kept.length === 0 || random.chance(10)) return firstInput(ground, random);
    // What was found last leads on most often.
    const parent = random.chance(30) ? kept[kept.length - 1 - random.below(Math.min(kept.length, 16))] : random.pick(kept);
    return changed(parent, ground, random);
  }

  #try(target: Target, input: unknown): Witness | undefined {
    this.#counts.tried++;
    const difference = this.#difference(target, input);
    if (difference?.flip === 'allow_to_deny') this.#counts.narrowed++;
    if (difference?.flip === 'other') this.#counts.other++;
    return difference?.witness;
  }

  #difference({ entrypoint, rules, kept }: Target, input: unknown, keeping = true): Difference | undefined {
    const bytes = Buffer.from(JSON.stringify(input));
    const [was, is] = this.#sides.map(({ replica }) => replica.evaluate(entrypoint, bytes, DEADLINE_MS));
    // Where one side fails there is no decision to compare.
    if (was === undefined || is === undefined || !('result' in was && 'result' in is) || (was.volatile ?? is.volatile) !== undefined) {
      if (keeping) this.#counts.failed++;
      return undefined;
    }
    if (keeping) this.#keep(kept, input, `${entrypoint}\0${was.result ?? ''}\0${is.result ?? ''}`);
    if (was.result === is.result) return undefined;
    return differenceOf(rules.length === 0 ? [entrypoint] : rules, entrypoint, input, [parsed(was.result), parsed(is.result)]);
  }

  #keep(kept: unknown[], input: unknown, answers: string): void {
    if (this.#seen.has(answers)) return;
    this.#seen.add(answers);
    if (kept.length < MAX_KEPT) kept.push(input);
    else kept[this.#random.below(MAX_KEPT)] = input;
  }

  #smallest(target: Target, witness: Witness, isTime: () => boolean): Witness {
    let left = SHRINK_EVALUATIONS;
    let smallest = witness;
    const holds = (input: unknown): boolean => {
      const found = this.#difference(target, input, false)?.witness;
      if (found?.path !== witness.path) return false;
      smallest = found;
      return true;
    };
    shrink(witness.input, holds, () => left-- > 0 && isTime());
    return smallest;
  }
}

/** The first of the decisions that lets through what was refused, else how any of them differs. */
function differenceOf(
  paths: readonly string[],
  entrypoint: string,
  input: unknown,
  [before, after]: readonly [unknown, unknown],
): Difference {
  let flip: Flip = 'other';
  for (const path of paths) {
    const [was, is] = path === entrypoint ? [before, after] : [memberOf(before, path), memberOf(after, path)];
    const found = flipOf(path, was, is, JSON.stringify(was) === JSON.stringify(is));
    if (found === 'deny_to_allow') {
      const sides = { ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) };
      return { flip: found, witness: { path, input, ...sides } };
    }
    flip = found ?? flip;
  }
  return { flip };
}

/** A rule of such a name is meant to decide; in a package that has one, the others help it. */
const DECIDING = /^(?:allow|permit|authori[sz]ed|den(?:y|ied)|violations?|block|reject)/iu;

function decisive(entrypoint: string, rules: readonly string[]): readonly string[] {
  if (Object.values(DOMAINS).some((domain) => domain.entrypoint === entrypoint)) return [];
  const own = rules.filter((path) => path.startsWith(`${entrypoint}/`) && !path.slice(entrypoint.length + 1).includes('/'));
  const deciding = own.filter((path) => DECIDING.test(path.slice(entrypoint.length + 1)));
  return deciding.length > 0 ? deciding : own;
}

function memberOf(document: unknown, path: string): unknown {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return isDocument(document) && Object.hasOwn(document, name) ? document[name] : undefined;
}

function parsed(result: string | undefined): unknown {
  return result === undefined ? undefined : JSON.parse(result);
}
