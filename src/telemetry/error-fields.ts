import { GatewayError } from '../errors.js';

/** Causes shown below an error: a chain may be a ring. */
const MAX_CAUSES = 5;

/** An error as log fields: a coded one without its stack, since the code says where it comes from; a stranger with it. */
export function errorFields(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const cause = error.cause === undefined || depth >= MAX_CAUSES ? {} : { cause: errorFields(error.cause, depth + 1) };
  if (error instanceof GatewayError) return { code: error.code, message: error.message, ...cause };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { type: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}
