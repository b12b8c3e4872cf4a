const LETTER = /\p{L}/u;
const DIGIT = /\p{Nd}/u;

/** go-yaml's order of mapping keys: letters last, runs of digits by their number (`k9` before `k10`). */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  return less(Array.from(a), Array.from(b)) ? -1 : 1;
}

function less(a: readonly string[], b: readonly string[]): boolean {
  let afterDigit = false;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [x = '', y = ''] = [a[index], b[index]];
    if (x !== y) return lessFrom(a, b, index, afterDigit);
    afterDigit = DIGIT.test(x);
  }
  return a.length < b.length;
}

/** The two differ first at the index. */
function lessFrom(a: readonly string[], b: readonly string[], index: number, afterDigit: boolean): boolean {
  const [x = '', y = ''] = [a[index], b[index]];
  const [letterX, letterY] = [LETTER.test(x), LETTER.test(y)];
  if (letterX && letterY) return code(x) < code(y);
  if (letterX || letterY) return afterDigit ? letterX : letterY;
  // Inside a number a zero is no leading zero: both sides then count one digit more.
  const inside = (x === '0' || y === '0') && endsInNonZeroNumber(a, index);
  const [runX, runY] = [digitRun(a, index), digitRun(b, index)];
  const [numberX, numberY] = [number(runX, inside), number(runY, inside)];
  if (numberX !== numberY) return numberX.length === numberY.length ? numberX < numberY : numberX.length < numberY.length;
  return runX.length === runY.length ? code(x) < code(y) : runX.length < runY.length;
}

function endsInNonZeroNumber(text: readonly string[], end: number): boolean {
  for (let index = end - 1; index >= 0 && DIGIT.test(text[index] ?? ''); index--) {
    if (text[index] !== '0') return true;
  }
  return false;
}

function digitRun(text: readonly string[], start: number): readonly string[] {
  let end = start;
  while (DIGIT.test(text[end] ?? '')) end++;
  return text.slice(start, end);
}

/** Digits without leading zeros. Those of other scripts count by their distance to the ASCII zero in Go; they are left out here. */
function number(run: readonly string[], inside: boolean): string {
  const digits = run.filter((character) => character >= '0' && character <= '9').join('');
  return inside ? `1${digits}` : digits.replace(/^0+/, '');
}

function code(character: string): number {
  return character.codePointAt(0) ?? 0;
}
