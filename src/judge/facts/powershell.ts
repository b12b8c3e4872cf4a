import type { FactSheet } from './fact-sheet.js';

/** Longest text that is looked at, and statements of it. */
const MAX_LENGTH = 16 * 1024;
const MAX_STATEMENTS = 64;

const QUOTED = /'[^'\n]*'|"[^"\n]*"|#.*$/gm;
const INVOKES = /(?:^|[|({&=])\s*(?:iex|invoke-expression)\b/i;
const DOWNLOADS = /\b(?:downloadstring|downloaddata|iwr|invoke-webrequest|irm|invoke-restmethod)\b/i;
const DECODES = /\bfrombase64string\b/i;

/** What PowerShell runs of what it downloads or decodes: its calls of methods are nothing that a parser of other shells knows. */
export function notePowerShell(text: string, sure: boolean, sheet: FactSheet): void {
  if (text.length > MAX_LENGTH || !/iex|invoke-expression/i.test(text)) return;
  for (const statement of text.replace(QUOTED, ' ').split(/[;\n]/, MAX_STATEMENTS)) {
    if (!INVOKES.test(statement)) continue;
    const from = [...(DOWNLOADS.test(statement) ? ['invoke-webrequest'] : []), ...(DECODES.test(statement) ? ['base64'] : [])];
    if (from.length > 0) sheet.flow({ kind: 'runs', from, reads: [], into: 'invoke-expression', sure });
  }
}
