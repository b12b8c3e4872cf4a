import type { GatewayError } from '../errors.js';
import type { Diagnostic } from './diagnostic.js';

/** The diagnostics of a failure: those that it carries, else one made of the place that it names; none when it names none. */
export function diagnosticsOf(error: GatewayError): Diagnostic[] {
  const { diagnostics, file, row, col, line, path } = error.details;
  if (isDiagnostics(diagnostics)) return [...diagnostics];
  if (typeof file !== 'string' && typeof path !== 'string') return [];
  return [
    {
      severity: 'error',
      code: error.code,
      message: withoutPlace(error.message, { file, row, col }),
      ...(typeof file === 'string' ? { file } : {}),
      ...(typeof row === 'number' ? { row } : {}),
      ...(typeof col === 'number' ? { col } : {}),
      ...(typeof line === 'string' ? { line } : {}),
      ...(typeof path === 'string' ? { path } : {}),
    },
  ];
}

/** The message of an error begins with its place, the message of a finding does not. */
function withoutPlace(message: string, { file, row, col }: Readonly<Record<'file' | 'row' | 'col', unknown>>): string {
  if (typeof file !== 'string') return message;
  const place = [`${file}:${String(row)}:${String(col)}: `, `${file}:${String(row)}: `, `${file}: `].find((text) =>
    message.startsWith(text),
  );
  return place === undefined ? message : message.slice(place.length);
}

function isDiagnostics(value: unknown): value is readonly Diagnostic[] {
  return (
    Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null && 'severity' in item && 'message' in item)
  );
}
