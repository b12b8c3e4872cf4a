/** Polls until `condition` gives a value that is neither undefined nor false; throws naming `what` after `timeoutMs`. */
export async function waitFor<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 60_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`Expected ${what} within ${timeoutMs} ms`);
    // 5 ms: short against every debounce in the program, long enough not to starve what is waited for.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
