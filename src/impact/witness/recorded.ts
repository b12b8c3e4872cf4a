import { isDocument } from '../../domains/grants.js';

/** A place of recorded inputs, and what stood there. */
export interface RecordedPlace {
  /** `*` is a member of a list. */
  readonly path: readonly string[];
  readonly values: readonly unknown[];
}

const MAX_PLACES = 100;
const MAX_DEPTH = 8;
/** Different values of one place. */
const MAX_VALUES = 50;
/** Members of a list or an object. */
const MAX_MEMBERS = 20;
/** Of a text. */
const MAX_LENGTH = 200;

/** Where recorded inputs have scalars, and which: rules that look for no constant there may still tell them apart. */
export function recordedPlaces(inputs: readonly unknown[]): readonly RecordedPlace[] {
  const places = new Map<string, Map<string, unknown>>();
  for (const input of inputs) {
    for (const [path, value] of scalarsOf(input, [])) {
      if (path.length === 0 || (typeof value === 'string' && value.length > MAX_LENGTH)) continue;
      const key = JSON.stringify(path);
      const values = places.get(key) ?? new Map<string, unknown>();
      if (values.size < MAX_VALUES) values.set(JSON.stringify(value), value);
      if (places.size < MAX_PLACES) places.set(key, values);
    }
  }
  return [...places].map(([key, values]) => ({ path: JSON.parse(key) as string[], values: [...values.values()] }));
}

function* scalarsOf(value: unknown, path: readonly string[]): Generator<readonly [readonly string[], unknown], void> {
  if (typeof value !== 'object' || value === null) yield [path, value];
  else if (path.length < MAX_DEPTH) for (const [name, member] of membersOf(value)) yield* scalarsOf(member, [...path, name]);
}

function membersOf(value: object): readonly (readonly [string, unknown])[] {
  if (isDocument(value)) return Object.entries(value).slice(0, MAX_MEMBERS);
  return Object.values(value)
    .slice(0, MAX_MEMBERS)
    .map((member: unknown) => ['*', member]);
}
