/** UTF-16 order equals UTF-8 byte order except around surrogates, which sort below U+E000..U+FFFF in UTF-16 only. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x === y) continue;
    const surrogates = Number(x >= 0xd800 && x <= 0xdfff) - Number(y >= 0xd800 && y <= 0xdfff);
    return surrogates === 0 ? x - y : surrogates;
  }
  return a.length - b.length;
}
