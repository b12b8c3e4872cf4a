import { GatewayError } from './errors.js';
import type { ErrorCode } from './errors.js';

/** A coded error between threads: structured clone would strip it of its class. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export function toWire(error: GatewayError): WireError {
  return { code: error.code, message: error.message, details: error.details };
}

export function fromWire({ code, message, details }: WireError): GatewayError {
  return new GatewayError(code, message, { details });
}
