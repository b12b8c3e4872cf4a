const PLAIN = /^[\w .:/@+=,;~-]*$/u;
const BEYOND_ASCII = /[\u007f-\uffff]/g;

/** JSON text of a text in ASCII alone, which is written a character a byte. */
export function asciiJson(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : inAscii(JSON.stringify(text));
}

/** JSON text in ASCII alone. */
function inAscii(json: string): string {
  return json.replace(BEYOND_ASCII, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
