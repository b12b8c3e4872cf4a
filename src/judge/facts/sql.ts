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
