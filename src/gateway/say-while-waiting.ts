const FIRST_WORD_MS = 1_000;
const NEXT_WORD_MS = 10_000;

/** Waits, and says for how many seconds it has: after the first and every ten from then on. */
export async function sayWhileWaiting<T>(answer: Promise<T>, say: (seconds: number) => void): Promise<T> {
  const start = performance.now();
  let timer = setTimeout(speak, FIRST_WORD_MS);
  function speak(): void {
    say(Math.round((performance.now() - start) / 1000));
    timer = setTimeout(speak, NEXT_WORD_MS);
  }
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
  }
}
