import { distance } from 'fastest-levenshtein';
import type * as z from 'zod';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { SourceSet } from '../policy/source-set.js';
import { placeOfValue } from '../policy/value-place.js';
import { ACTION_SEVERITIES, MISSING_SECTIONS, SECTIONS } from './data-sections.js';

/** More findings than anyone mends in one go. */
const MAX_DIAGNOSTICS = 50;

/** In larger files nobody looks for the place: that would hold up who waits for the reload. */
const MAX_BYTES_TO_LOOK_IN = 1024 * 1024;

type DataFiles = Pick<SourceSet, 'data' | 'overlays'>;

const NO_FILES: DataFiles = { data: [], overlays: [] };

/** What is wrong with the value at a path of the data document. */
interface Fault {
  readonly severity: Diagnostic['severity'];
  readonly path: Path;
  readonly message: string;
}

type Path = readonly PropertyKey[];

/**
 * Checks what the domain packages among `packages` (dotted, without `data`) read from the merged data document. An error is something
 * that would disarm a domain, or that no rule can make sense of; it names the path, what is expected there, and of the files that the
 * document was merged from the place that gives the value, or what is around a missing one.
 */
export function checkDomainData(data: unknown, packages: readonly string[], files: DataFiles = NO_FILES): Diagnostic[] {
  const bytes = [...files.data, ...files.overlays].reduce((sum, file) => sum + file.bytes.byteLength, 0);
  const lookedIn = bytes > MAX_BYTES_TO_LOOK_IN ? NO_FILES : files;
  return findFaults(data, packages).map((found) => diagnostic(found, lookedIn));
}

function findFaults(data: unknown, packages: readonly string[]): Fault[] {
  const schemas = schemasFor(packages);
  if (schemas.size === 0) return [];
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return [fault('error', [], `expected an object, got ${shown(data)}`)];
  }
  const document = data as Readonly<Record<string, unknown>>;
  const found = [...schemas].flatMap(([key, schema]) => checkSection(key, document[key], schema));
  return found.slice(0, MAX_DIAGNOSTICS);
}

function schemasFor(packages: readonly string[]): Map<string, z.ZodType> {
  const schemas = new Map<string, z.ZodType>();
  for (const [name, sections] of Object.entries(SECTIONS)) {
    if (!packages.includes(`defenseclaw.${name}`)) continue;
    for (const [key, schema] of Object.entries(sections)) schemas.set(key, schema);
  }
  return schemas;
}

function checkSection(key: string, section: unknown, schema: z.ZodType): Fault[] {
  const missing = MISSING_SECTIONS[key];
  if (section === undefined && missing !== undefined) return [fault('warning', [key], missing)];
  const issues = schema.safeParse(section).error?.issues ?? [];
  return issues.flatMap((issue) => explain(issue, key, section));
}

function explain(issue: z.core.$ZodIssue, key: string, section: unknown): Fault[] {
  const path = [key, ...issue.path];
  const given = valueAt(section, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((name) => fault('error', [...path, name], `unknown severity${suggestion(name, ACTION_SEVERITIES)}`));
    case 'invalid_key':
      return [fault('error', path, `expected ${issue.issues[0]?.message ?? 'another name'} as name`)];
    case 'invalid_type':
      return [fault('error', path, `expected ${EXPECTED[issue.expected] ?? issue.expected}, got ${shown(given)}`)];
    case 'invalid_value': {
      const words = issue.values.map((value) => JSON.stringify(value)).join(' or ');
      return [fault('error', path, `expected ${words}, got ${shown(given)}${suggestion(given, issue.values)}`)];
    }
    case 'too_small':
      return [fault('error', path, `expected at least ${issue.minimum}, got ${shown(given)}`)];
    case 'too_big':
      return [fault('error', path, `expected at most ${issue.maximum}, got ${shown(given)}`)];
    default:
      return [fault('error', path, `expected ${issue.message}, got ${shown(given)}`)];
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'an array',
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function fault(severity: Diagnostic['severity'], path: Path, message: string): Fault {
  return { severity, path, message };
}

function diagnostic({ severity, path, message }: Fault, files: DataFiles): Diagnostic {
  const named = ['data', ...path.map(printed)].join('');
  const place = placeOfValue(files, path.map(String));
  const found = { severity, code: 'data_schema', path: named };
  // A finding with a file is shown with that for its place.
  return place === undefined ? { ...found, message } : { ...found, ...place, message: `${named}: ${message}` };
}

function printed(step: PropertyKey): string {
  if (typeof step === 'number') return `[${step}]`;
  const name = String(step);
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined),
    value,
  );
}

const MAX_SHOWN = 80;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** A known word within two edits, whatever the letter case. */
function suggestion(given: unknown, known: readonly unknown[]): string {
  if (typeof given !== 'string' || given.length > MAX_SHOWN) return '';
  const word = known.find(
    (candidate) => typeof candidate === 'string' && distance(candidate.toLowerCase(), given.trim().toLowerCase()) <= 2,
  );
  return word === undefined ? '' : ` - did you mean ${JSON.stringify(word)}?`;
}
