import { GatewayError } from '../errors.js';
import { isValidInput } from '../value/json-input.js';
import { MAX_NUMBER_DIGITS, shownNumber } from '../value/number-bounds.js';
import { findHalfPair, locateJsonFault } from './json-locate.js';
import { pathTo, surveyJson } from './json-slices.js';
import type { SourceFile } from './source-set.js';
import { yamlToJson } from './yaml-to-json.js';

/** Deeper data is refused: the WebAssembly parser recurses. Far above what people write. */
export const MAX_DATA_DEPTH = 512;

/** The JSON text of a data file, checked; nothing is built of it. Throws `policy_data_invalid` with file, row and column. */
export function readDataFile(file: SourceFile): Uint8Array {
  const bytes = withoutBom(file.bytes);
  const json = file.path.endsWith('.json') ? bytes : yamlToJson(file.path, bytes);
  if (!isValidInput(json, { maxDepth: MAX_DATA_DEPTH })) explain(file, bytes, json);
  return json;
}

/** Throws what is wrong with the text. */
function explain(file: SourceFile, bytes: Uint8Array, json: Uint8Array): void {
  // Asked before parsing: what finds the fault of malformed text recurses.
  const { depth, huge } = surveyJson(json);
  if (depth > MAX_DATA_DEPTH) throw dataInvalid(file.path, `nested deeper than ${MAX_DATA_DEPTH} levels`);
  const text = Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString('utf8');
  parse(text, file.path);
  // The parser of the WebAssembly module stops at one, and could not say in which file.
  const half = findHalfPair(text);
  if (half !== undefined) {
    const place = json === bytes ? placeOf(text, half) : undefined;
    throw dataInvalid(file.path, 'Expected a whole surrogate pair, got half of one', place);
  }
  if (huge !== undefined) throw hugeNumber(file, json, huge, json === bytes ? text : undefined);
}

/** Such a number aborts whatever compares or adds it: better refused here than met by a decision. */
function hugeNumber(
  file: SourceFile,
  json: Uint8Array,
  { start, end }: { start: number; end: number },
  text: string | undefined,
): GatewayError {
  const path = ['data', ...file.path.split('/').slice(0, -1), ...pathTo(json, start)].join('.');
  const what = `${path}: Expected a number of at most ${MAX_NUMBER_DIGITS} digits, got ${shownNumber(json, start, end)}`;
  const before = Buffer.from(json.buffer, json.byteOffset, start).toString('utf8').length;
  const place = text === undefined ? undefined : placeOf(text, before);
  return dataInvalid(file.path, what, { path, ...place });
}

/** Where in a file, or in the data document, something is wrong. */
interface Place {
  /** 1-based, as is `col`. */
  readonly row?: number;
  readonly col?: number;
  readonly line?: string;
  readonly path?: string;
}

/** The message begins with the place as compilers do. */
export function dataInvalid(file: string, what: string, place: Place = {}, cause?: unknown): GatewayError {
  const at = place.row === undefined ? file : `${file}:${place.row}:${place.col}`;
  return new GatewayError('policy_data_invalid', `${at}: ${what}`, { cause, details: { file, ...place } });
}

function parse(text: string, file: string): void {
  try {
    JSON.parse(text);
  } catch (thrown) {
    const { at, expected } = locateJsonFault(text);
    const got = at >= text.length ? 'the end of the file' : JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
    throw dataInvalid(file, `Expected ${expected}, got ${got}`, placeOf(text, at), thrown);
  }
}

/** Row and column (in characters, as OPA counts) of an index into text, and the line for showing it. */
function placeOf(text: string, at: number): { row: number; col: number; line: string } {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', start);
  const line = text.slice(start, end < 0 ? undefined : end);
  const row = text.slice(0, start).split('\n').length;
  return { row, col: characters(text, start, at) + 1, line: line.slice(0, 200) };
}

/** A line may be a whole file: nothing is built to count it. */
function characters(text: string, start: number, end: number): number {
  let count = end - start;
  for (let at = start; at < end; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xdc00) count--;
  return count;
}

/** A byte-order mark is skipped, as OPA's file loader does (its bundle reader refuses one in JSON). */
function withoutBom(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
