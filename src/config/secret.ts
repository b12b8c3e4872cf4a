import { inspect } from 'node:util';
import * as z from 'zod';

const HIDDEN = '[redacted]';

/** A value that no log, JSON or template text shows by accident: only `reveal()` gives it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** Setting that holds a credential. */
export function secret(): z.ZodPipe<z.ZodString, z.ZodTransform<Secret, string>> {
  return z
    .string()
    .max(4096)
    .transform((value) => new Secret(value));
}
