/** `{n}`, `{n,}` or `{n,m}` behind an atom. */
const COUNT = /\{(\d+)(?:,(\d*))?\}/y;

/**
 * About how many instructions a pattern becomes: its characters, where counted repetitions write what they repeat as often
 * as they say. Known before the pattern is compiled, which takes several microseconds for each of them.
 */
export function patternSize(source: string): number {
  // Sizes so far of the groups that are open, and of the last atom in the innermost.
  const open = [0];
  let last = 0;
  for (let at = 0; at < source.length; at++) {
    const character = source[at];
    COUNT.lastIndex = at;
    const count = character === '{' ? COUNT.exec(source) : null;
    if (count !== null) {
      open[open.length - 1] = (open.at(-1) ?? 0) + last * (Math.max(Number(count[1]), Number(count[2] ?? 0)) - 1);
      at += count[0].length - 1;
    } else if (character === '(') {
      open.push(0);
    } else if (character === ')' && open.length > 1) {
      last = (open.pop() ?? 0) + 1;
      open[open.length - 1] = (open.at(-1) ?? 0) + last;
    } else {
      if (character === '\\') at++;
      last = 1;
      open[open.length - 1] = (open.at(-1) ?? 0) + 1;
    }
  }
  return open.reduce((sum, size) => sum + size, 0);
}
