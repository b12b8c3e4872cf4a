import type { GatewayError } from '../errors.js';
import { placeOf } from './diagnostic.js';
import type { Diagnostic, Place } from './diagnostic.js';

/** The diagnostics of a failure: those that it carries, else one made of the place that it names; none when it names none. */
export function diagnosticsOf(error: GatewayError): Diagnostic[] {
  const { diagnostics, file, row, col, line, path } = error.details;
  if (isDiagnostics(diagnostics)) return [...diagnostics];
  if (typeof file !== 'string' && typeof path !== 'string') return [];
  const at = {
    ...(typeof file === 'string' ? { file } : {}),
    ...(typeof row === 'number' ? { row } : {}),
    ...(typeof col === 'number' ? { col } : {}),
    ...(typeof path === 'string' ? { path } : {}),
  };
  return [
    { severity: 'error', code: error.code, message: unplaced(error.message, at), ...at, ...(typeof line === 'string' ? { line } : {}) },
  ];
}

/** The message of an error begins with its place, as far as that was known, the message of a finding does not. */
export function unplaced(message: string, { file, row, col, path }: Place): string {
  const places = file === undefined ? [{ path }] : [{ file, row, col }, { file, row }, { file }];
  const said = places.map((place) => `${placeOf(place)}: `).find((place) => message.startsWith(place));
  return said === undefined ? message : message.slice(said.length);
}

function isDiagnostics(value: unknown): value is readonly Diagnostic[] {
  return (
    Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null && 'severity' in item && 'message' in item)
  );
}
