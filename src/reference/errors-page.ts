import { ERRORS, type ErrorSpec } from '../errors.js';

const INTRODUCTION = `# Errors

<!-- Generated from the error table by \`npm run docs\`; do not edit. -->

Every failure has one of these codes. Codes are never reused; messages may be reworded. Exit codes: 1 policy or test refused,
2 usage, 3 cannot reach or start, 4 credentials, 5 environment, 70 a bug of the gateway.

| Code | HTTP status | Exit code | What to do |
| --- | --- | --- | --- |
`;

/** The page `errors.md`. */
export function renderErrors(): string {
  const entries: readonly (readonly [string, ErrorSpec])[] = Object.entries(ERRORS);
  const rows = entries.map(([code, { status, exit, hint }]) => `| \`${code}\` | ${status} | ${exit} | ${hint.replaceAll('|', '\\|')} |`);
  return `${INTRODUCTION}${rows.join('\n')}\n`;
}
