import { GatewayError } from '../errors.js';

/** Longest text that a built-in makes, in code units. What is longer would not fit the memory of an instance several times over. */
export const MAX_TEXT_LENGTH = 16 * 2 ** 20;

/** Throws `evaluation_out_of_memory` for a longer text: not an undefined call, which `not` would turn into an allow. */
export function checkTextLength(length: number): void {
  if (length > MAX_TEXT_LENGTH) throw tooLarge(`Its text would be longer than ${MAX_TEXT_LENGTH} characters`);
}

/** What ends an evaluation whose built-in would have to go deeper than the stack of a worker allows, or than values may be. */
export function tooDeep(what: string): GatewayError {
  return new GatewayError('value_too_deep', `Expected ${what} that is nested less deeply`);
}

/** What ends an evaluation whose built-in would answer more than an instance can hold. */
export function tooLarge(message: string): GatewayError {
  return new GatewayError('evaluation_out_of_memory', message);
}
