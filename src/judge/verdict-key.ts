import { createHash } from 'node:crypto';
import type { JudgeDirection, JudgeKind } from './kinds.js';

/** Everything that a verdict depends on. */
export interface VerdictSubject {
  /** Judge-relevant content of the policy folder (`SourceSet.judgeId`). */
  readonly judgeId: string;
  readonly kind: JudgeKind;
  /** The models in the order they are asked, each with its provider and address. */
  readonly models: string;
  readonly direction: JudgeDirection;
  readonly toolName: string | undefined;
  readonly content: string;
}

/** SHA-256 over an unambiguous framing of the subject: two subjects that differ anywhere have two keys. */
export function verdictKey({ judgeId, kind, models, direction, toolName, content }: VerdictSubject): string {
  // JSON escapes what UTF-8 cannot hold (lone surrogates), and its quotes keep neighbours apart.
  const framed = JSON.stringify([judgeId, kind, models, direction, toolName ?? null, content]);
  return createHash('sha256').update(framed).digest('hex');
}
