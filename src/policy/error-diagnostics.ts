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
      message: error.message,
      ...(typeof file === 'string' ? { file } : {}),
      ...(typeof row === 'number' ? { row } : {}),
      ...(typeof col === 'number' ? { col } : {}),
      ...(typeof line === 'string' ? { line } : {}),
      ...(typeof path === 'string' ? { path } : {}),
    },
  ];
}

function isDiagnostics(value: unknown): value is readonly Diagnostic[] {
  return (
    Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null && 'severity' in item && 'message' in item)
  );
}
