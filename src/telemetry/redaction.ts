/** What stands in place of a secret. */
export const REDACTED = '[redacted]';

/** Field names, in lower case, that hold credentials or what callers sent. */
const SECRET_FIELDS = new Set([
  ...['token', 'authorization', 'proxy-authorization', 'password', 'secret', 'api_key', 'apikey', 'cookie', 'set-cookie'],
  ...['x-defenseclaw-token', 'x-dc-auth'],
  ...['input', 'content', 'body', 'args', 'evidence', 'prompt', 'completion'],
]);

/** Levels that are looked through; below, nothing is shown at all. */
const MAX_DEPTH = 6;

/** Errors, dates and the like print themselves; only plain objects and lists have fields of callers. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

function redactValue(value: unknown, depth: number): unknown {
  if (!isPlain(value)) return value;
  if (depth >= MAX_DEPTH) return REDACTED;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, SECRET_FIELDS.has(name.toLowerCase()) ? REDACTED : redactValue(child, depth + 1)]),
  );
}

/** The fields of a log line without secrets, at any depth. The given object stays as it is. */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  const redacted: Record<string, unknown> = {};
  // One pass over the top level without intermediate lists: every line goes through here.
  for (const name in fields) redacted[name] = SECRET_FIELDS.has(name.toLowerCase()) ? REDACTED : redactValue(fields[name], 1);
  return redacted;
}

/** The text with control characters (all but newline and tab) as visible escapes. */
export function plainText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => {
    if (character === '\n' || character === '\t') return character;
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
