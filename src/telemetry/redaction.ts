/** What stands in place of a secret. */
export const REDACTED = '[redacted]';

/** Field names that hold credentials or what callers sent; redacted at the top and one level down. */
const SECRET_FIELDS = [
  ...['token', 'authorization', 'password', 'secret', 'api_key', 'apiKey', 'cookie'],
  ...['input', 'content', 'body', 'args', 'evidence', 'prompt'],
  ...['x-defenseclaw-token', 'x-dc-auth'],
];

/** Header maps are one level further down in a request. */
const SECRET_HEADERS = ['authorization', 'cookie', 'x-defenseclaw-token', 'x-dc-auth'];

function property(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `["${name}"]`;
}

function below(parent: string, name: string): string {
  const last = property(name);
  return last.startsWith('[') ? `${parent}${last}` : `${parent}.${last}`;
}

/** Paths in the notation of the log library. */
export const REDACTED_PATHS: readonly string[] = [
  ...SECRET_FIELDS.flatMap((name) => [property(name), below('*', name)]),
  ...SECRET_HEADERS.map((name) => below('*.headers', name)),
];

/** The text with control characters (all but newline and tab) as visible escapes. */
export function plainText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => {
    if (character === '\n' || character === '\t') return character;
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
