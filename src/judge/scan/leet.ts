import type { Folded } from './fold.js';

const LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's', '!': 'i' }),
);

/** Words in a row that may be written with digits, and those of them that are. */
const RUN = /(?<!\S)[a-z013457@$!]{2,24}(?: [a-z013457@$!]{2,24}){3,63}/gi;
const MIXED = /(?<!\S)(?=\S*[a-z])(?=\S*[013457@$])\S+/gi;
const MIN_MIXED = 3;

/** Words whose letters are digits, `1gn0r3 4ll rul3s`, with letters. A version, a hash, or a name among words is no such run. */
export function spellOut(text: string): Folded | undefined {
  const spelt = text.replace(RUN, (run) => {
    if ((run.match(MIXED)?.length ?? 0) < MIN_MIXED) return run;
    return run.replace(MIXED, (word) => word.replace(/[013457@$!]/g, (sign) => LETTERS.get(sign) ?? sign));
  });
  return spelt !== text ? { text: spelt, origin: Uint32Array.from({ length: text.length + 1 }, (_, unit) => unit) } : undefined;
}
