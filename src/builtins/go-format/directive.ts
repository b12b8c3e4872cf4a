/** Flags, width and precision of one `%` directive. */
export interface Directive {
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `%+v` and `%#v`: the flags change their meaning for this verb. */
  plusV: boolean;
  sharpV: boolean;
  width: number | undefined;
  precision: number | undefined;
}

export function newDirective(): Directive {
  return {
    minus: false,
    plus: false,
    sharp: false,
    space: false,
    zero: false,
    plusV: false,
    sharpV: false,
    width: undefined,
    precision: undefined,
  };
}

/** Pads to the width, counted in code points; with zeros where the flag asks for it. */
export function pad(text: string, directive: Directive, zero: boolean = directive.zero): string {
  // A character has one or two code units: most texts need not be counted.
  const width = directive.width ?? 0;
  const missing = text.length >= 2 * width ? 0 : width - Array.from(text).length;
  if (missing <= 0) return text;
  if (directive.minus) return text + ' '.repeat(missing);
  return (zero ? '0' : ' ').repeat(missing) + text;
}
