const STEP = '  ';

/** Compact JSON text with two spaces a level, as Go indents it: empty arrays and objects stay closed. Text in, text out: numbers keep their form. */
export function indent(compact: string): string {
  const out: string[] = [];
  let depth = 0;
  let index = 0;
  while (index < compact.length) {
    const char = compact.charAt(index);
    if (char === '"') {
      const end = endOfString(compact, index);
      out.push(compact.slice(index, end));
      index = end;
      continue;
    }
    index += 1;
    if (char === '{' || char === '[') {
      const closing = compact.charAt(index);
      if (closing === '}' || closing === ']') {
        out.push(char, closing);
        index += 1;
      } else {
        depth += 1;
        out.push(char, '\n', STEP.repeat(depth));
      }
    } else if (char === '}' || char === ']') {
      depth -= 1;
      out.push('\n', STEP.repeat(depth), char);
    } else if (char === ',') out.push(',\n', STEP.repeat(depth));
    else if (char === ':') out.push(': ');
    else out.push(char);
  }
  return out.join('');
}

/** Index just past the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== 0x22) index += text.charCodeAt(index) === 0x5c ? 2 : 1;
  return index + 1;
}
