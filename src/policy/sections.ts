import { findBlockLists } from './block-lists.js';
import type { BlockLists } from './block-lists.js';
import { findDefaultWords } from './default-words.js';
import type { DefaultWords } from './default-words.js';
import { splitObject, valueOf } from './json-slices.js';

/** The members of a data document at its root, each as the JSON text that was written. */
export type Sections = ReadonlyMap<string, Uint8Array>;

/** Where a member lies in the text of its document. */
type SectionPlace = readonly [name: string, start: number, end: number];

/** What is asked of a whole document again and again. */
export interface DataSurvey {
  readonly places: readonly SectionPlace[];
  readonly blockLists: BlockLists;
  readonly defaults: DefaultWords;
}

const sections = new WeakMap<Uint8Array, Sections>();
const blockLists = new WeakMap<Uint8Array, BlockLists>();
const defaults = new WeakMap<Uint8Array, DefaultWords>();

/** The members of a document, cut once. A large document is cut on another thread, see {@link rememberSurvey}. */
export function sectionsOf(data: Uint8Array): Sections {
  const found = sections.get(data) ?? splitObject(data);
  sections.set(data, found);
  return found;
}

/** See {@link findBlockLists}; looked for once. */
export function blockListsOf(data: Uint8Array): BlockLists {
  const found = blockLists.get(data) ?? findBlockLists(data);
  blockLists.set(data, found);
  return found;
}

/** See {@link findDefaultWords}; looked for once. */
export function defaultWordsOf(data: Uint8Array): DefaultWords {
  const found = defaults.get(data) ?? findDefaultWords(data);
  defaults.set(data, found);
  return found;
}

export function surveyData(data: Uint8Array): DataSurvey {
  const places = [...splitObject(data)].map(([name, json]): SectionPlace => {
    const start = json.byteOffset - data.byteOffset;
    return [name, start, start + json.byteLength];
  });
  return { places, blockLists: findBlockLists(data), defaults: findDefaultWords(data) };
}

/** Takes over what another thread has found. */
export function rememberSurvey(data: Uint8Array, survey: DataSurvey): void {
  sections.set(data, new Map(survey.places.map(([name, start, end]) => [name, data.subarray(start, end)])));
  blockLists.set(data, survey.blockLists);
  defaults.set(data, survey.defaults);
}

/** True when nothing is left to be looked for. */
export function isSurveyed(data: Uint8Array): boolean {
  return sections.has(data) && blockLists.has(data) && defaults.has(data);
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
        const value = valueOf(json);
        Object.defineProperty(document, name, member(value));
        return value;
      },
    });
  }
  return document;
}
