import type { FactSheet } from './fact-sheet.js';

/** Statements that are looked at. */
const MAX_STATEMENTS = 64;
const MAX_WORDS = 24;
/** Longest text that is taken apart. */
const MAX_LENGTH = 64 * 1024;

const STARTS =
  /^['")\s;]{0,16}(?:(?:--[^\n]*\n|\/\*[^]*?\*\/)\s*)*(?:select|insert|update|delete|drop|truncate|alter|create|grant|revoke|merge|copy|with|begin|exec(?:ute)?|attach|load|call)\b/i;

/** Whether a text may be meant as SQL. */
export function looksLikeSql(text: string): boolean {
  return STARTS.test(text.slice(0, 1024));
}

/** A value that ends early, and what is meant to run behind it: `x' UNION SELECT`, `1; EXEC`, `1 OR 1=1`. */
const FRAGMENT =
  /^\s{0,16}(?:-?\d{1,20}(?=[\s;'")])|[\w.%@-]{0,64}['")]|[\w.%@-]{0,64}(?=;))[)\s'"]{0,16};?\s{0,16}(?=(?:union|or|and|if|waitfor|having|select|insert|update|delete|drop|truncate|alter|create|grant|copy|exec(?:ute)?)\b)/i;

/** Notes what runs when the text is put into a statement as its value; whether it is such a text. */
export function noteInjected(text: string, sheet: FactSheet): boolean {
  const value = FRAGMENT.exec(text.slice(0, 1024));
  if (value === null) return false;
  const behind = text.slice(value[0].length, MAX_LENGTH);
  // The quote that it leaves open is closed by the statement.
  noteSql(/^[^']*(?:'[^']*'[^']*)*$/.test(behind) ? behind : `${behind}'`, false, sheet);
  return true;
}

/** Notes what each statement would do. */
export function noteSql(text: string, sure: boolean, sheet: FactSheet): void {
  // It ends a literal that stood before it.
  const opened = text.slice(0, MAX_LENGTH).replace(/^\s*['"]+/, '');
  const bare = (/\/\*|\*\/|--/.test(opened) ? uncommented(opened) : opened).replace(/'(?:[^'\\]|''|\\.)*'/g, (literal) =>
    literal.length <= 34 ? literal.replace(/[\s;]/g, '_') : "'_'",
  );
  for (const statement of bare.split(';', MAX_STATEMENTS)) {
    const words: readonly string[] = statement.toUpperCase().match(/[\w.$@]+|'[^']*'|[=<>]+/g) ?? [];
    if (words.length === 0) continue;
    sheet.sql({ words: words.slice(0, MAX_WORDS), where: words.includes('WHERE'), always: isAlways(words), sure });
  }
}

function uncommented(text: string): string {
  return text.replace(/\/\*(?!!)[^]{0,1024}?\*\//g, ' ').replace(/\/\*!?\d*|\*\/|--[^\n]*/g, ' ');
}

/** After WHERE, OR or AND something is compared with itself, or is simply true. */
function isAlways(words: readonly string[]): boolean {
  return words.some((word, index) => {
    if (word !== 'OR' && word !== 'WHERE') return false;
    const [left, sign, right] = words.slice(index + 1, index + 4);
    if (sign === '=' && left === right) return /^(?:\d+|'.*')$/.test(left ?? '');
    return left === 'TRUE' && sign !== '=';
  });
}
