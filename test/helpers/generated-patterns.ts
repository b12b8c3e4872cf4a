const SIGNS = 'a b B k K s S 1 9 - . \n \t'.split(/( )/);

/** Patterns in which what joins, repeats and parts stands next to each other, and texts out of the same signs. */
export function generatedPatterns(): { readonly patterns: readonly string[]; readonly texts: readonly string[] } {
  let seed = 11;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const pick = (from: readonly string[]): string => from[random(from.length)] ?? '';
  const atom = (depth: number): string =>
    depth > 0 && random(3) === 0
      ? `(${pick(['', '?:', '?i:'])}${branch(depth - 1)}${random(2) === 0 ? `|${branch(depth - 1)}` : ''})`
      : pick([
          'a',
          'b',
          'K',
          's',
          '1',
          ' ',
          '-',
          '\\s',
          '\\d',
          '\\w',
          '.',
          '[ab]',
          '[^a]',
          '[^\\na]',
          '[^\\s-]',
          '\\S',
          '[0-9]',
          '[a-c1]',
          '\\b',
          '^',
          '$',
          'é',
          '\\.',
          '\\n',
        ]);
  const branch = (depth: number): string =>
    Array.from(
      { length: 1 + random(4) },
      () => atom(depth) + pick(['', '', '', '', '?', '*', '+', '{2}', '{1,2}', '{2,}', '{0,3}', '+?']),
    ).join('');
  const patterns = Array.from({ length: 1_500 }, () => pick(['', '(?i)']) + branch(2));
  const texts = Array.from({ length: 120 }, () =>
    Array.from({ length: random(14) }, () => pick([...SIGNS, '\u017f', '\u212a', '\u{1f600}', 'é'])).join(''),
  );
  return { patterns, texts };
}
