import { createHash } from 'node:crypto';
import type { DecisionFacts } from '../decision-log.js';
import type { DecisionExtras } from '../record.js';

type Payload = Pick<DecisionFacts, 'input' | 'result'>;
type Oversized = NonNullable<DecisionExtras['oversized']>;

/** Most bytes that a character of a text takes in UTF-8. */
const BYTES_A_CHARACTER = 3;

/** What may stand in a record of so many bytes, and what stands there instead of what may not. */
export interface Fitted extends Payload {
  readonly oversized?: Oversized;
}

/** The longer of the two goes first. */
export function fit(payload: Payload, maxBytes: number): Fitted {
  const { input, result } = payload;
  const inputBytes = input?.length ?? 0;
  if (inputBytes + (result?.length ?? 0) * BYTES_A_CHARACTER <= maxBytes) return payload;
  const resultBytes = result === undefined ? 0 : Buffer.byteLength(result);
  if (inputBytes + resultBytes <= maxBytes) return payload;
  const dropsInput = inputBytes >= resultBytes || inputBytes > maxBytes;
  const dropsResult = inputBytes < resultBytes || resultBytes > maxBytes;
  const oversized: Oversized = {
    ...(dropsInput && input !== undefined ? { input: { bytes: inputBytes, sha256: sha256(input) } } : {}),
    ...(dropsResult && result !== undefined ? { result: { bytes: resultBytes, sha256: sha256(result) } } : {}),
  };
  return { input: dropsInput ? undefined : input, result: dropsResult ? undefined : result, oversized };
}

function sha256(of: Uint8Array | string): string {
  return createHash('sha256').update(of).digest('hex');
}
