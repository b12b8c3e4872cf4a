import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';

/** One place where a document does not match. */
export interface Mismatch {
  readonly type: string;
  /** Dotted place in the document. */
  readonly field: string;
  readonly description: string;
}

/** What one schema made of one value. The score picks the branch of `anyOf` and `oneOf` whose errors help most. */
export class Outcome {
  readonly errors: Mismatch[] = [];
  score = 0;

  get valid(): boolean {
    return this.errors.length === 0;
  }

  add(type: string, path: readonly string[], description: string): void {
    this.errors.push({ type, field: fieldName(path), description });
    this.score -= 2;
  }

  merge(other: Outcome): void {
    for (const error of other.errors) this.errors.push(error);
    this.score += other.score;
  }
}

/** The dotted place of a value; the document itself has a name of its own. */
export function fieldName(path: readonly string[]): string {
  return path.length === 0 ? '(Root)' : path.join('.');
}

/** The mismatch as OPA hands it to a policy. */
export function mismatchValue({ type, field, description }: Mismatch): RegoValue {
  return RegoObject.from({ desc: description, error: `${field}: ${description}`, field, type });
}
