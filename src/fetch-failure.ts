/** Why a `fetch` failed: it says itself no more than that it did, what it was is its cause. A system error is its code. */
export function fetchFailure(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { cause } = thrown;
  if (!(cause instanceof Error)) return thrown.message;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
