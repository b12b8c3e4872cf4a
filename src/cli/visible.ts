/** Controls of a terminal and of the direction of text. */
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** What `Paint` puts around a text: the colours and weights of its styles, and their ends. */
const PAINT = new RegExp(String.raw`(\u001b\[(?:1|2|22|31|32|33|36|39)m)`, 'u');

function escaped(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * The text with controls as visible escapes; newlines and tabs stay. Policy files, their names and answers of a gateway may hold
 * sequences that a terminal obeys. The escape is JSON's, so that JSON text stays the same document.
 */
export function visible(text: string): string {
  return text.replace(CONTROLS, (control) => (control === '\n' || control === '\t' ? control : escaped(control)));
}

/** The same for what must stay on its line: names of files. */
export function visibleLine(text: string): string {
  return text.replace(CONTROLS, escaped);
}

/** The same for text that was painted: the paint stays, so that the worst a foreign text can do is to be coloured. */
export function visibleBetweenPaint(text: string): string {
  return text
    .split(PAINT)
    .map((part, index) => (index % 2 === 1 ? part : visible(part)))
    .join('');
}
