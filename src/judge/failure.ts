/** Why a judgement could not be had. The metrics know the same words. */
export type FailureReason =
  'provider' | 'empty_response' | 'parse' | 'timeout' | 'rate_limited' | 'too_large' | 'circuit_open' | 'overloaded' | 'aborted';

export interface FailureDetails {
  readonly cause?: unknown;
  /** HTTP status of the provider's answer. */
  readonly status?: number;
  /** How long the provider asked to be left alone, in ms. */
  readonly retryAfterMs?: number;
}

/** A judgement that failed. Stays inside this room: callers see a verdict that says so. */
export class JudgeFailure extends Error {
  override readonly name = 'JudgeFailure';
  readonly reason: FailureReason;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(reason: FailureReason, message: string, { cause, status, retryAfterMs }: FailureDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What an aborted signal means: its deadline passed, or nobody wants the answer any more. */
export function abortFailure(signal: AbortSignal): JudgeFailure {
  const cause: unknown = signal.reason;
  const late = cause instanceof DOMException && cause.name === 'TimeoutError';
  return late
    ? new JudgeFailure('timeout', 'the deadline passed', { cause })
    : new JudgeFailure('aborted', 'nobody waits any more', { cause });
}

/** Settles like `work`, or rejects as soon as the signal aborts; `work` itself is left to end by itself. */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  // Whoever loses the race must not become an unhandled rejection.
  work.catch(() => undefined);
  if (signal.aborted) throw abortFailure(signal);
  const { promise: aborted, reject } = rejectable();
  const onAbort = (): void => reject(abortFailure(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function rejectable(): { readonly promise: Promise<never>; readonly reject: (reason: Error) => void } {
  let fail: (reason: Error) => void = () => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  return { promise, reject: fail };
}
