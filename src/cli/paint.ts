import { styleText } from 'node:util';

export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Colours a text, or leaves it alone. */
export type Paint = (style: Style, text: string) => string;

/** Colours on a terminal that has them, none in a pipe; NO_COLOR and FORCE_COLOR are honoured by `hasColors`. */
export function isColoured(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && stream.hasColors();
}

export function paintFor(stream: NodeJS.WriteStream): Paint {
  const coloured = isColoured(stream);
  return (style, text) => (coloured ? styleText(style, text) : text);
}
