import { LineCounter, parseDocument, type Document } from 'yaml';
import { GatewayError } from '../errors.js';
import { readBounded } from './bounded-file.js';
import { takeOutForeign } from './foreign.js';
import { exceedsYamlDepth, MAX_YAML_DEPTH } from './yaml-depth.js';
import { offsetOf } from './yaml-offset.js';

/** Bytes that a config file may have. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

/** A config file as it was read. */
export interface ConfigFile {
  /** Plain values; `{}` for an empty file. Empty sections (`gateway:`) are left out, and so is what is {@link notUsed}. */
  readonly values: Record<string, unknown>;
  /** Settings of DefenseClaw that have no use here, by their dotted names. */
  readonly notUsed: readonly string[];
  /** `file:line:col` of the key at a path; of the nearest key above it when the path is not in the file. */
  readonly locate: (path: readonly PropertyKey[]) => string;
}

/** Reads and parses; undefined when the file does not exist. Throws `config_unreadable` and `config_invalid`. */
export function readConfigFile(file: string): ConfigFile | undefined {
  const bytes = readBounded(file, MAX_CONFIG_BYTES);
  return bytes === undefined ? undefined : parseConfig(file, bytes);
}

/** Throws `config_invalid` naming file, line and column. */
export function parseConfig(file: string, bytes: Uint8Array): ConfigFile {
  const lines = new LineCounter();
  const document = parseYaml(file, bytes, lines);
  const values = withoutNulls(toPlain(file, document)) ?? {};
  if (typeof values !== 'object' || Array.isArray(values)) {
    throw new GatewayError('config_invalid', `${file}: Expected settings by name, got a ${Array.isArray(values) ? 'list' : typeof values}`);
  }
  return { ...takeOutForeign(values as Record<string, unknown>), locate: (path) => locate(file, document, lines, path) };
}

/** The document itself, for editing in place. Throws `config_invalid`. */
export function parseYaml(file: string, bytes: Uint8Array, lineCounter = new LineCounter()): Document {
  const text = decode(file, bytes);
  if (exceedsYamlDepth(text)) {
    throw new GatewayError('config_invalid', `${file}: Expected at most ${MAX_YAML_DEPTH} levels of nesting`, { details: { file } });
  }
  const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true });
  const [first] = document.errors;
  if (first === undefined) return document;
  const { line, col } = lineCounter.linePos(first.pos[0]);
  throw new GatewayError('config_invalid', `${file}:${line}:${col}: ${first.message}`, { cause: first, details: { file, line, col } });
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new GatewayError('config_invalid', `${file}: Expected YAML in UTF-8`, { cause: error, details: { file } });
  }
}

function toPlain(file: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new GatewayError('config_invalid', `${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** A key without a value means "nothing set here": the defaults apply. */
function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, child]) => [key, withoutNulls(child)] as const)
      .filter(([, child]) => child !== undefined),
  );
}

function locate(file: string, document: Document, lines: LineCounter, path: readonly PropertyKey[]): string {
  const { line, col } = lines.linePos(offsetOf(document, path));
  return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
}
