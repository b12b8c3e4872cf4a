import type { Ground, GroundPlace } from './ground.js';
import type { Random } from './random.js';
import { oddity, variant } from './values.js';

type Container = Record<string, unknown> | unknown[];

/** Members of a list that is grown. */
const MAX_MEMBERS = 4;

/** An input with something at most of the places. */
export function firstInput(ground: Ground, random: Random): unknown {
  let input: unknown = {};
  for (const place of ground.places) if (random.chance(70)) input = put(input, place.path, leaf(ground, place, random), random);
  return input;
}

/** The same input with some places changed. */
export function changed(input: unknown, ground: Ground, random: Random): unknown {
  let grown = structuredClone(input);
  const changes = random.pick([1, 1, 1, 2, 2, 3, 5]);
  for (let made = 0; made < changes; made++) grown = changedOnce(grown, ground, random);
  return grown;
}

function changedOnce(input: unknown, ground: Ground, random: Random): unknown {
  const place = random.pick(ground.places);
  return random.weighted([
    [70, () => put(input, place.path, leaf(ground, place, random), random)],
    [15, () => remove(input, place.path, random)],
    // Names are often compared with names elsewhere in the input.
    [15, () => put(input, place.path, copied(input, ground, random), random)],
  ]);
}

function leaf(ground: Ground, { values, fresh, recorded }: GroundPlace, random: Random): unknown {
  const own = values.length === 0 ? ground.words : values;
  return random.weighted<unknown>([
    [fresh.length === 0 ? 0 : 25, () => random.pick(fresh)],
    [fresh.length === 0 ? 0 : 15, () => variant(random.pick(fresh), random)],
    [own.length === 0 ? 0 : 35, () => random.pick(own)],
    [own.length === 0 ? 0 : 15, () => variant(random.pick(own), random)],
    [recorded.length === 0 ? 0 : 15, () => random.pick(recorded)],
    [recorded.length === 0 ? 0 : 5, () => variant(random.pick(recorded), random)],
    [ground.words.length === 0 ? 0 : 5, () => random.pick(ground.words)],
    [10, () => oddity(random)],
  ]);
}

function copied(input: unknown, ground: Ground, random: Random): unknown {
  let value = input;
  for (const name of random.pick(ground.places).path) {
    if (typeof value !== 'object' || value === null) return oddity(random);
    value = ownMember(value, name === '*' ? '0' : name);
  }
  return random.chance(70) ? (value ?? null) : variant(value ?? null, random);
}

/** Puts a value at a path, and makes what the path leads through. */
function put(input: unknown, [name, ...rest]: readonly string[], value: unknown, random: Random): unknown {
  // A copy: the same object at two places, one above the other, would have no end.
  if (name === undefined) return structuredClone(value);
  const container = containerFor(input, name, random);
  const key = keyIn(container, name, random);
  const made = put(ownMember(container, key), rest, value, random);
  // An assignment would find what every object inherits: `__proto__` is a name like any other here.
  Object.defineProperty(container, key, { value: made, writable: true, enumerable: true, configurable: true });
  return container;
}

/** Inputs come from others, who may name members as what every object inherits is named. */
function ownMember(container: object, name: string): unknown {
  return Object.hasOwn(container, name) ? (container as Record<string, unknown>)[name] : undefined;
}

function remove(input: unknown, path: readonly string[], random: Random): unknown {
  const [name, ...rest] = path;
  if (name === undefined || typeof input !== 'object' || input === null) return input;
  const container = input as Container;
  const key = name === '*' ? String(random.below(Math.max(1, Object.keys(container).length))) : name;
  if (!Object.hasOwn(container, key)) return input;
  const at = container as Record<string, unknown>;
  if (rest.length > 0) at[key] = remove(at[key], rest, random);
  else if (Array.isArray(container)) container.splice(Number(key), 1);
  else Reflect.deleteProperty(container, key);
  return input;
}

function containerFor(input: unknown, name: string, random: Random): Container {
  if (name === '*') {
    if (typeof input === 'object' && input !== null && (Array.isArray(input) || random.chance(80))) return input as Container;
    return [];
  }
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? (input as Container) : {};
}

function keyIn(container: Container, name: string, random: Random): string {
  if (name !== '*') return name;
  const keys = Object.keys(container);
  if (!Array.isArray(container)) return keys.length > 0 && random.chance(70) ? random.pick(keys) : 'x';
  return String(random.below(Math.min(keys.length + 1, MAX_MEMBERS)));
}
