import type { Span } from './finding.js';
import { addsUp, isNationalNumber } from './national-numbers.js';

/** What is asked of a match beyond its shape; `data.guardrail.checks` names one for each category. */
export const CHECKS = ['secret', 'personal', 'prose'] as const;
export type Check = (typeof CHECKS)[number];

/** `low`: somebody quotes it in order to refuse it. */
export type Word = 'take' | 'skip' | 'low';

/** What a match is worth where it stands. */
export function checkMatch(check: Check | undefined, text: string, span: Span): Word {
  switch (check) {
    case undefined:
      return 'take';
    case 'secret':
      return isSecret(text.slice(span.start, span.end)) ? 'take' : 'skip';
    case 'personal':
      return isPersonal(text, span) ? 'take' : 'skip';
    case 'prose':
      return isRefused(text, span) ? 'low' : 'take';
  }
}

/** The long one is the key of Azure's storage emulator, which is the same everywhere. */
const PLACEHOLDER =
  /example|placeholder|your[-_]?|x{4,}|\*{3,}|\.{3}|change[-_]?me|dummy|sample|redacted|not[-_]?a?[-_]?real|fake|<|>|\$\{|\{\{|0{6,}|Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq|(.)\1{7,}|:(?:pass|password|passw0rd|secret|postgres|mysql|admin|root)@/i;

/** Bits for each character that chance has and words have not. */
const MIN_ENTROPY = 3;
const MIN_TOKEN = 16;

/** Of the right shape, no placeholder, and as mixed as chance. */
function isSecret(match: string): boolean {
  if (PLACEHOLDER.test(match)) return false;
  const login = /\bbasic\s+([a-z0-9+/]+)={0,2}$/i.exec(match)?.[1];
  if (login !== undefined) return isLogin(Buffer.from(login, 'base64').toString('latin1'));
  // A header in words, or an address with a password that people made up.
  if (/\s|:\/\//.test(match)) return true;
  const token = /[^"':=\s]+["']?$/.exec(match)?.[0] ?? match;
  return token.length < MIN_TOKEN || (/\d/.test(token) && /[a-z]/i.test(token) && entropy(token) >= MIN_ENTROPY);
}

/** A name and a password, as a header carries them, and none of those that documentation shows. */
function isLogin(text: string): boolean {
  return (
    /^[\x20-\x7e]+:[\x20-\x7e]{6,}$/.test(text) && !PLACEHOLDER.test(`${text}@`) && !/:(?:open ?sesame|foobar|passwd|letmein)$/i.test(text)
  );
}

function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const UUID_LENGTH = 36;

/** A number that stands for itself: no piece of a longer one, and a card number or a number of a country that adds up. */
function isPersonal(text: string, { start, end }: Span): boolean {
  const match = text.slice(start, end);
  const national = isNationalNumber(match);
  if (national === undefined && !/^[\d -]+$/.test(match)) return true;
  if (national === false) return false;
  if (/\d[ .-]?$/.test(text.slice(Math.max(0, start - 2), start)) || /^[ .-]?\d/.test(text.slice(end, end + 2))) return false;
  const from = Math.max(0, start - UUID_LENGTH);
  for (const uuid of text.slice(from, end + UUID_LENGTH).matchAll(UUID)) {
    const at = from + uuid.index;
    if (at < end && start < at + UUID_LENGTH) return false;
  }
  if (SHOWN.has(match.replace(/[ -]/g, '')) && isOfTest(text, start, end)) return false;
  if (national === true) return true;
  const digits = match.replace(/\D/g, '');
  return digits.length < 13 || (addsUp(digits) && !/^(\d)\1+$/.test(digits));
}

/** Cards that the documentation of payment services tells to test with, and accounts that the documentation of banks shows. */
const SHOWN: ReadonlySet<string> = new Set([
  ...['4242424242424242', '4111111111111111', '4012888888881881', '4000056655665556', '4000000000000002', '5555555555554444'],
  ...['5105105105105100', '378282246310005', '371449635398431'],
  ...['DE89370400440532013000', 'GB29NWBK60161331926819', 'GB82WEST12345698765432', 'FR1420041010050500013M02606', 'NL91ABNA0417164300'],
]);

/** How far on either side it is said. */
const NEARBY = 64;

/** The line says so itself. */
function isOfTest(text: string, start: number, end: number): boolean {
  const before =
    text
      .slice(Math.max(0, start - NEARBY), start)
      .split('\n')
      .at(-1) ?? '';
  const after = text.slice(end, end + NEARBY).split('\n')[0] ?? '';
  return /\b(?:test(?:s|ing)?|sandbox|fixtures?|dummy|examples?|samples?)\b/i.test(`${before} ${after}`);
}

/** How far a sentence is looked at on either side. */
const MAX_SENTENCE = 240;

const REFUSES =
  /(?<!\b(?:not|never|n't|without|stop|no)\s)\b(?:refus(?:e[sd]?|ing)|reject(?:s|ed|ing)?|block(?:s|ed)?|declin(?:e[sd]?|ing)|den(?:y|ies|ied)|forbid(?:s|den)?|prohibit(?:s|ed)?|disallow(?:s|ed)?|flag(?:s|ged)?|detect(?:s|ed|ion)?|filter(?:s|ed)?|quarantin\w*|attack(?:s|ers?)?|jailbreaks?|phishing|red[- ]team\w*|injection (?:attempts?|attacks?)|prompt injections?|what (?:does|do|did)\b.{0,120}\bmean|(?:texts?|phrases?|sentences?|words|wording|strings?) (?:such as|like)|(?:never|do not|don't|must not|should not|cannot|may not) (?:obey|follow|run|execute|use|act on|comply with|type|paste|pipe)|verweiger\w*|abgelehnt|blockiert|rechaz\w*|bloque\w*|refus[ée]\w*|rejet[ée]\w*|recus\w*)/i;

const QUOTES: readonly (readonly [string, string])[] = [
  ['"', '"'],
  ['`', '`'],
  ["'", "'"],
  ['\u201c', '\u201d'],
  ['\u00ab', '\u00bb'],
  ['\u201e', '\u201c'],
];

const NEVER = /\b(?:never|do not|don't|must not|should not|cannot|may not)\s+(?:\w+\s+){0,2}[`"']?$/i;

/** The match stands in quotes, in a sentence that says what is done against it; or right behind "never". */
function isRefused(text: string, { start, end }: Span): boolean {
  const before =
    text
      .slice(Math.max(0, start - MAX_SENTENCE), start)
      .split(/[.!?]\s|\n/)
      .at(-1) ?? '';
  const after = text.slice(end, end + MAX_SENTENCE).split(/[.!?](?:\s|$)|\n/)[0] ?? '';
  const isQuoted = QUOTES.some(([open, close]) => {
    const opened = open === close ? before.split(open).length % 2 === 0 : before.lastIndexOf(open) > before.lastIndexOf(close);
    return opened && after.includes(close);
  });
  return (
    (isQuoted && REFUSES.test(`${before}\u2026${after}`)) ||
    (NEVER.test(before) && /^(?:rm|curl|wget|drop|chmod|dd|mkfs)\b/i.test(text.slice(start, end)))
  );
}
