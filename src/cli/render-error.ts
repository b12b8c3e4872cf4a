import type { GatewayError } from '../errors.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { diagnosticsOf } from '../policy/error-diagnostics.js';
import { labelled } from './fit.js';
import type { Columns } from './fit.js';
import type { Paint } from './paint.js';
import { excerpt, renderDiagnostics, unsaid } from './render-diagnostics.js';

/** What a command prints as JSON when it fails. */
export interface ErrorEnvelope {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly diagnostics?: readonly Diagnostic[];
  };
}

/** For people: the findings, what went wrong, what to do next. */
export function renderError(error: GatewayError, paint: Paint, columns?: Columns): string {
  const { code, message, hint } = error;
  const listed = Array.isArray(error.details['diagnostics']) ? diagnosticsOf(error) : [];
  const many = unsaid(listed, message);
  const [one] = listed.length === 0 ? diagnosticsOf(error) : [];
  return [
    ...(many.length === 0 ? [] : [renderDiagnostics(many, paint, columns)]),
    labelled(`${paint('red', 'Error:')} `, `${message} ${paint('dim', `[${code}]`)}`, HANG, columns),
    ...(one?.line === undefined ? [] : [excerpt(one.line, one.col, paint, columns)]),
    labelled(`${paint('dim', 'Next:')}  `, hint, HANG, columns),
  ].join('\n');
}

/** The text of both lines begins there. */
const HANG = 'Error: '.length;

/** For programs. */
export function errorEnvelope(error: GatewayError): ErrorEnvelope {
  const { code, message, hint } = error;
  const diagnostics = diagnosticsOf(error);
  return { error: { code, message, hint, ...(diagnostics.length > 0 ? { diagnostics } : {}) } };
}
