import type { MinedPackage, MineResult } from '../../compiler/mine-protocol.js';
import { recordedPlaces } from './recorded.js';

/** What is known of one revision beside its code. */
export interface Surface {
  readonly mined: MineResult;
  /** The parsed data document. */
  readonly data: unknown;
}

/** One place of the input of a package, and what to put there. */
export interface GroundPlace {
  /** `*` is a member of a list. */
  readonly path: readonly string[];
  readonly values: readonly unknown[];
  /** Those of them that only one of the revisions has: the edit is there. */
  readonly fresh: readonly unknown[];
  /** What stood there in recorded inputs. */
  readonly recorded: readonly unknown[];
}

/** What inputs of one package are made of. */
export interface Ground {
  readonly places: readonly GroundPlace[];
  /** Constants that may stand anywhere. */
  readonly words: readonly unknown[];
}

/** Values of one place, and of all constants. */
const MAX_VALUES = 400;

/** Packages that a package reaches, itself among them, on either side. */
export function reachOf(name: string, sides: readonly Surface[]): ReadonlySet<string> {
  const reach = new Set([name]);
  for (const reached of reach) {
    for (const { uses } of packagesOf(reached, sides)) for (const used of uses) reach.add(used);
  }
  return reach;
}

/** Whether what a package reads of the data differs between the sides. */
export function readsOtherData(reach: ReadonlySet<string>, [before, after]: readonly [Surface, Surface]): boolean {
  const paths = [...reach].flatMap((name) => packagesOf(name, [before, after]).flatMap(({ data }) => data));
  return paths.some((path) => JSON.stringify(valuesAt(before.data, path)) !== JSON.stringify(valuesAt(after.data, path)));
}

function packagesOf(name: string, sides: readonly Surface[]): readonly MinedPackage[] {
  return sides.flatMap(({ mined }) => mined.packages.filter((candidate) => candidate.name === name));
}

/** The places of both sides that the packages read, and those of recorded inputs. */
export function groundOf(
  reach: ReadonlySet<string>,
  [before, after]: readonly [Surface, Surface],
  inputs: readonly unknown[] = [],
): Ground {
  const was = placesOf(reach, before);
  const is = placesOf(reach, after);
  const recorded = new Map(recordedPlaces(inputs).map(({ path, values }) => [JSON.stringify(path), values]));
  const places = [...new Set([...was.keys(), ...is.keys(), ...recorded.keys()])].map((key) => {
    const [old, now] = [was.get(key) ?? NOWHERE, is.get(key) ?? NOWHERE];
    const values = new Map([...old.values, ...now.values]);
    const fresh = [...values].filter(([text]) => old.values.has(text) !== now.values.has(text));
    return {
      path: JSON.parse(key) as string[],
      values: [...values.values()].slice(0, MAX_VALUES),
      fresh: fresh.map(([, value]) => value),
      recorded: recorded.get(key) ?? [],
    };
  });
  return { places, words: wordsOf(reach, [before, after]) };
}

/** Constants that stand anywhere, without those that only packages out of reach hold against their input. */
function wordsOf(reach: ReadonlySet<string>, sides: readonly Surface[]): readonly unknown[] {
  const words = new Map<string, unknown>();
  for (const { mined } of sides) for (const value of mined.constants) words.set(JSON.stringify(value), value);
  const textsWhere = (isReached: boolean): string[] =>
    sides
      .flatMap(({ mined }) => mined.places.filter(({ packages }) => packages.some((name) => reach.has(name)) === isReached))
      .flatMap(({ values }) => values.map((value) => JSON.stringify(value)));
  const own = new Set(textsWhere(true));
  for (const text of textsWhere(false)) if (!own.has(text)) words.delete(text);
  return [...words.values()].slice(0, MAX_VALUES);
}

interface Known {
  /** By their JSON text. */
  readonly values: ReadonlyMap<string, unknown>;
}

const NOWHERE: Known = { values: new Map() };

function placesOf(reach: ReadonlySet<string>, { mined, data }: Surface): Map<string, Known> {
  const read = mined.places.filter(({ path, packages }) => path.length > 0 && packages.some((name) => reach.has(name)));
  return new Map(
    read.map(({ path, values, data: beside }) => {
      const all = [...values, ...beside.flatMap((at) => valuesAt(data, at)).filter(isSmall)].slice(0, MAX_VALUES);
      return [JSON.stringify(path), { values: new Map(all.map((value) => [JSON.stringify(value), value])) }];
    }),
  );
}

/** The values at a path in which `*` is any member, and a last `#` the keys. */
function valuesAt(document: unknown, path: readonly string[]): readonly unknown[] {
  let found: readonly unknown[] = [document];
  for (const name of path) found = found.flatMap((value) => stepInto(value, name)).slice(0, MAX_VALUES);
  return found;
}

function stepInto(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (name === '#') return Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value);
  if (name === '*') return Object.values(value);
  return Object.hasOwn(value, name) ? [(value as Record<string, unknown>)[name]] : [];
}

function isSmall(value: unknown): boolean {
  return typeof value !== 'string' || value.length <= 100;
}
