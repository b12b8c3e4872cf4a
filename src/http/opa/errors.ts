import { goJson } from '../../domains/go-json.js';
import type { ErrorCode } from '../../errors.js';
import { GatewayError } from '../../errors.js';
import type { Reply } from '../exchange.js';
import { indent } from '../json/indent.js';
import { ERROR_CODE_HEADER, JSON_TYPE } from '../replies.js';

export type OpaCode =
  | 'internal_error'
  | 'evaluation_error'
  | 'unauthorized'
  | 'invalid_parameter'
  | 'invalid_operation'
  | 'resource_not_found'
  | 'undefined_document'
  | 'precondition_failed';

/** One entry of `errors`: what went wrong inside the policy, and where. */
export interface OpaCause {
  readonly code: string;
  readonly message: string;
  readonly location?: { readonly file: string; readonly row: number; readonly col: number };
}

/** `{code, message, errors?}`, indented: OPA prints its errors so. */
export function opaError(
  status: number,
  code: OpaCode,
  message: string,
  errors?: readonly OpaCause[],
  headers: Record<string, string> = {},
): Reply {
  const body = { code, message, ...(errors === undefined ? {} : { errors }) };
  return { status, headers: { 'Content-Type': JSON_TYPE, ...headers }, body: `${indent(goJson(body))}\n` };
}

/** OPA's word for each failure that happens inside an evaluation; anything else of that kind is `eval_internal_error`. */
const CAUSES: Partial<Record<ErrorCode, string>> = {
  evaluation_conflict: 'eval_conflict_error',
  evaluation_builtin_failed: 'eval_builtin_error',
  evaluation_timeout: 'eval_cancel_error',
};

export const EVALUATION_MESSAGE = 'error(s) occurred while evaluating query';

/** The failure inside the policy as OPA lists it. */
export function causeOf(error: GatewayError): OpaCause {
  const location = locationOf(error);
  const code = CAUSES[error.code] ?? 'eval_internal_error';
  return { code, message: bareMessage(error.message, code, location), ...(location === undefined ? {} : { location }) };
}

/** OPA gives place and code beside the message, not in front of it. */
function bareMessage(message: string, code: string, location: OpaCause['location']): string {
  const place = location === undefined ? '' : `${location.file}:${location.row}:${location.col}: `;
  const placeless = message.startsWith(place) ? message.slice(place.length) : message;
  return placeless.startsWith(`${code}: `) ? placeless.slice(code.length + 2) : placeless;
}

function locationOf({ details }: GatewayError): OpaCause['location'] {
  const { file, row, col } = details;
  if (typeof file !== 'string' || typeof row !== 'number') return undefined;
  return { file, row, col: typeof col === 'number' ? col : 1 };
}

/** OPA has one code for all that is not the request's fault: which of ours it is stands beside it. */
function ownCause({ code, message }: GatewayError): OpaCause {
  return { code, message };
}

/** Any failure of a Data API request as OPA would word it. Undefined for strangers, which the caller logs. */
export function opaReplyTo(thrown: unknown): Reply | undefined {
  if (!(thrown instanceof GatewayError)) return undefined;
  const headers = { [ERROR_CODE_HEADER]: thrown.code };
  switch (thrown.code) {
    case 'request_too_large':
      return opaError(400, 'invalid_parameter', `request body too large: ${thrown.message}`, undefined, headers);
    case 'revision_mismatch':
      return opaError(412, 'precondition_failed', thrown.message, undefined, headers);
    case 'request_invalid':
    case 'evaluation_input_invalid':
    case 'evaluation_input_too_deep':
      return opaError(400, 'invalid_parameter', thrown.message, undefined, headers);
    case 'evaluation_overloaded':
      return opaError(503, 'internal_error', thrown.message, [ownCause(thrown)], { ...headers, 'Retry-After': '1' });
    case 'evaluation_no_revision':
    case 'evaluator_closed':
      return opaError(503, 'internal_error', thrown.message, [ownCause(thrown)], headers);
    default:
      return opaError(500, 'internal_error', EVALUATION_MESSAGE, [causeOf(thrown)], headers);
  }
}
