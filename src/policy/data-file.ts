import { GatewayError } from '../errors.js';
import { findHalfPair, locateJsonFault } from './json-locate.js';
import { depthOf } from './json-slices.js';
import type { SourceFile } from './source-set.js';
import { yamlToJson } from './yaml-to-json.js';

/** Deeper data is refused: the WebAssembly parser recurses. Far above what people write. */
export const MAX_DATA_DEPTH = 512;

/** A data file that was checked: its JSON text and the same parsed (numbers rounded as JavaScript does). */
export interface ParsedData {
  readonly json: Uint8Array;
  readonly value: unknown;
}

/** Throws `policy_data_invalid` with file, row and column. */
export function parseDataFile(file: SourceFile): ParsedData {
  const bytes = withoutBom(file.bytes);
  const json = file.path.endsWith('.json') ? bytes : yamlToJson(file.path, bytes);
  // Asked before parsing: what finds the fault of malformed text recurses.
  if (depthOf(json) > MAX_DATA_DEPTH) throw dataInvalid(file.path, `nested deeper than ${MAX_DATA_DEPTH} levels`);
  const text = Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString('utf8');
  const value = parse(text, file.path);
  // The parser of the WebAssembly module stops at one, and could not say in which file.
  const half = findHalfPair(text);
  if (half !== undefined) {
    const place = json === bytes ? placeOf(text, half) : undefined;
    throw dataInvalid(file.path, 'Expected a whole surrogate pair, got half of one', place);
  }
  return { json, value };
}

/** `place` is 1-based; the message begins with it as compilers do. */
export function dataInvalid(
  file: string,
  what: string,
  place?: { readonly row: number; readonly col: number; readonly line?: string },
  cause?: unknown,
): GatewayError {
  const at = place === undefined ? file : `${file}:${place.row}:${place.col}`;
  return new GatewayError('policy_data_invalid', `${at}: ${what}`, { cause, details: { file, ...place } });
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const { at, expected } = locateJsonFault(text);
    const got = at >= text.length ? 'the end of the file' : JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
    throw dataInvalid(file, `Expected ${expected}, got ${got}`, placeOf(text, at), thrown);
  }
}

/** Row and column (in bytes, as OPA counts) of an index into text, and the line for showing it. */
function placeOf(text: string, at: number): { row: number; col: number; line: string } {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', start);
  const line = text.slice(start, end < 0 ? undefined : end);
  const row = text.slice(0, start).split('\n').length;
  return { row, col: Buffer.byteLength(text.slice(start, at)) + 1, line: line.slice(0, 200) };
}

/** A byte-order mark is skipped, as OPA's file loader does (its bundle reader refuses one in JSON). */
function withoutBom(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
