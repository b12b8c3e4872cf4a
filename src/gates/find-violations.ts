import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';
import { asGatewayError } from '../errors.js';
import { readDataFile } from '../policy/data-file.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { diagnosticsOf } from '../policy/error-diagnostics.js';
import { mergeData } from '../policy/merge-data.js';
import type { SourceFile, SourceSet } from '../policy/source-set.js';
import { placeOfValue } from '../policy/value-place.js';

/** What schemas are held against. */
export type DescribedData = Pick<SourceSet, 'data' | 'overlays' | 'schemas'>;

/** Violations that one check tells of. */
const MAX_VIOLATIONS = 20;

/** In data beyond this size only the first violation of a schema is looked for: each is an object, and there may be millions. */
const MAX_BYTES_FOR_ALL = 1024 * 1024;

const CODE = 'policy_schema_failed';

/** Holds each schema against the data at the path of its folder, overlays applied. Formats are asserted. Never throws for what the files hold. */
export function findViolations(source: DescribedData): Diagnostic[] {
  let document: unknown;
  try {
    ({ document } = mergeData(source));
  } catch (thrown) {
    return findingsOf(thrown);
  }
  const bytes = [...source.data, ...source.overlays].reduce((sum, file) => sum + file.bytes.byteLength, 0);
  const found: Diagnostic[] = [];
  for (const schema of source.schemas) {
    found.push(...violationsOf(schema, document, source, bytes <= MAX_BYTES_FOR_ALL));
    if (found.length >= MAX_VIOLATIONS) break;
  }
  return found.slice(0, MAX_VIOLATIONS);
}

function violationsOf(schema: SourceFile, document: unknown, source: DescribedData, allErrors: boolean): Diagnostic[] {
  const folder = schema.path.split('/').slice(0, -1);
  const value = folder.reduce<unknown>((at, part) => memberOf(at, part), document);
  if (value === undefined) {
    const message = `${dotted(folder)} is missing, and ${schema.path} describes it`;
    return [{ severity: 'error', code: CODE, message, file: schema.path, row: 1, path: dotted(folder) }];
  }
  try {
    // A schema of the folder has no say over the next one: each has a validator of its own.
    const ajv = new Ajv2020({ allErrors, strict: false, logger: false });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(Buffer.from(readDataFile(schema)).toString('utf8')) as object);
    if (validate(value)) return [];
    return (validate.errors ?? []).slice(0, MAX_VIOLATIONS).map((error) => violation(error, folder, source));
  } catch (thrown) {
    return findingsOf(thrown, schema.path);
  }
}

function violation(error: ErrorObject, folder: readonly string[], source: DescribedData): Diagnostic {
  const extra: unknown = error.params['additionalProperty'] ?? error.params['unevaluatedProperty'] ?? error.params['propertyName'];
  const inner = error.instancePath.split('/').slice(1).map(unescaped);
  const path = [...folder, ...inner, ...(typeof extra === 'string' ? [extra] : [])];
  const at = dotted(path);
  const allowed: unknown = error.params['allowedValues'];
  const values = Array.isArray(allowed) ? `: ${allowed.map((one) => JSON.stringify(one)).join(', ')}` : '';
  return {
    severity: 'error',
    code: CODE,
    message: `${at} ${error.message ?? error.keyword}${values}`,
    path: at,
    ...placeOfValue(source, path),
  };
}

/** A schema that is none, and data that cannot be merged, are findings too. */
function findingsOf(thrown: unknown, file?: string): Diagnostic[] {
  const known = diagnosticsOf(asGatewayError(thrown));
  if (known.length > 0) return known;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return [
    { severity: 'error', code: CODE, message: `is no JSON Schema 2020-12: ${reason}`, ...(file === undefined ? {} : { file, row: 1 }) },
  ];
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** A part of a JSON pointer. */
function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function dotted(path: readonly string[]): string {
  return ['data', ...path].join('.');
}
