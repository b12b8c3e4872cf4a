/** Characters of other scripts, each followed by the ASCII character that it is taken for at a glance. */
const PAIRS = [
  // Cyrillic
  'АAВBЕEКKМMНHОOРPСCТTХXУYЅSІIЈJԚQԜWӀIҮYЗ3аaеeоoрpсcуyхxѕsіiјjԛqԝwһhԁdӏlвbкkмmнhтtгrпnиuѵvѡwґrєeүyԍgьb',
  // Greek
  'ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXαaβbγyεeηnιiκkνvοoρpσoςcτtυuχxωwϲcϳj',
  // Armenian and Cherokee
  'օoսuհhոnցgզqԼLՏSՕOՍU',
  'ᎪAᏴBᏟCᎠDᎬEᏀGᎻHᎥiᎫJᏦKᏞLᎷMᏢPᏚSᎢTᏙVᏔWᏃZᏒR',
  // Latin that is not ASCII: small capitals, letters with strokes and hooks
  'ᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuᴠvᴡwʏyᴢzıiȷjɑaɡgɩiɪiʋvɯwɾrƚlłlŁLøoØOđdĐDħhĦHŧtŦTƙkɓbɗdʂsʐzɛeɵoᴦrᴨnᴪw',
  // punctuation
  '‐-‑-‒-–-—-−-⁃-⁄/∕/⧸/╱/∶:։:꞉:。.ǀ|∣|❘|│|∼~∗*‹<›>❮<❯>❴{❵}⁎*﹒.',
  `‘'’'ʼ'“"”"„"`,
];

/** ASCII for what looks like it, by code point. What compatibility decomposition already maps is not in here. */
export const CONFUSABLES: ReadonlyMap<number, string> = new Map(PAIRS.flatMap(pairs));

function pairs(list: string): [number, string][] {
  const characters = Array.from(list);
  return characters.flatMap((character, index): [number, string][] => {
    if (index % 2 === 1) return [];
    return [[character.codePointAt(0) ?? 0, characters[index + 1] ?? '']];
  });
}
