import { splitObject } from './json-slices.js';

/** The members of a data document at its root, each as the JSON text that was written. */
export type Sections = ReadonlyMap<string, Uint8Array>;

const known = new WeakMap<Uint8Array, Sections>();

/** Where a member lies in the text of its document. */
export type SectionPlace = readonly [name: string, start: number, end: number];

/** The members of a document, cut once. A large document is cut where it is merged, see {@link rememberSections}. */
export function sectionsOf(data: Uint8Array): Sections {
  const found = known.get(data) ?? splitObject(data);
  known.set(data, found);
  return found;
}

export function placesOf(data: Uint8Array): SectionPlace[] {
  return [...splitObject(data)].map(([name, json]) => {
    const start = json.byteOffset - data.byteOffset;
    return [name, start, start + json.byteLength];
  });
}

/** Takes over what another thread has cut. */
export function rememberSections(data: Uint8Array, places: readonly SectionPlace[]): void {
  known.set(data, new Map(places.map(([name, start, end]) => [name, data.subarray(start, end)])));
}

/** The document as values: each member is parsed when it is first asked for, so that a large one that nobody reads costs nothing. */
export function lazyDocument(data: Uint8Array): Readonly<Record<string, unknown>> {
  const document: Record<string, unknown> = {};
  for (const [name, json] of sectionsOf(data)) {
    const member = (value: unknown): PropertyDescriptor => ({ value, enumerable: true, configurable: true, writable: true });
    Object.defineProperty(document, name, {
      enumerable: true,
      configurable: true,
      get() {
        const value: unknown = JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString('utf8'));
        Object.defineProperty(document, name, member(value));
        return value;
      },
    });
  }
  return document;
}
