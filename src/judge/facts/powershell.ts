import type { FactSheet } from './fact-sheet.js';

/** Longest text that is looked at, and statements of it. */
const MAX_LENGTH = 16 * 1024;
const MAX_STATEMENTS = 64;

const QUOTED = /'[^'\n]*'|"[^"\n]*"|#.*$/gm;
const INVOKES = /(?:^|[|({&=.])\s*(?:iex|invoke-expression)\b|\[scriptblock\]::create\b/i;
const DOWNLOADS = /\b(?:downloadstring|downloaddata|iwr|invoke-webrequest|irm|invoke-restmethod)\b/i;
const DECODES = /\bfrombase64string\b/i;
const VARIABLE = /\$[\w:]+/g;
const ASSIGNS = /^\s*(\$[\w:]+)\s*\+?=(?!=)(.*)$/s;

/**
 * What PowerShell runs of what it downloads or decodes, also by way of variables: its calls of methods are nothing that a parser of other shells
 * knows.
 */
export function notePowerShell(text: string, sure: boolean, sheet: FactSheet): void {
  if (text.length > MAX_LENGTH || !/iex|invoke-expression|scriptblock/i.test(text)) return;
  const held = new Map<string, readonly string[]>();
  for (const statement of text.replace(QUOTED, variablesOf).split(/[;\n]/, MAX_STATEMENTS)) {
    const [, name, value = statement] = ASSIGNS.exec(statement) ?? [];
    const from = new Set([...(DOWNLOADS.test(value) ? ['invoke-webrequest'] : []), ...(DECODES.test(value) ? ['base64'] : [])]);
    for (const variable of value.match(VARIABLE) ?? []) for (const origin of held.get(variable.toLowerCase()) ?? []) from.add(origin);
    if (name !== undefined) held.set(name.toLowerCase(), [...from]);
    if (from.size > 0 && INVOKES.test(statement)) sheet.flow({ kind: 'runs', from: [...from], reads: [], into: 'invoke-expression', sure });
  }
}

/** Of a text in double quotes the variables count: it holds their values. */
function variablesOf(quoted: string): string {
  return quoted.startsWith('"') ? ` ${(quoted.match(VARIABLE) ?? []).join(' ')} ` : ' ';
}
