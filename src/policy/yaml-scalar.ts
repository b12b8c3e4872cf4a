/**
 * What a YAML scalar means, by the rules of the YAML library that OPA uses: YAML 1.2's true/false/null, integers also in
 * binary, hexadecimal and both octal spellings with underscores, dates as the strings they are.
 */
const NAMED: ReadonlyMap<string, string> = new Map(
  [
    ['true', 'true True TRUE'],
    ['false', 'false False FALSE'],
    ['null', '~ null Null NULL'],
  ].flatMap(([json = '', spellings = '']) => spellings.split(' ').map((spelling) => [spelling, json] as const)),
);
const NOT_JSON = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(0[bB][01]+|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)$/;
const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 64n - 1n;

/** The JSON text of a plain scalar, or undefined when JSON has no such value (infinities, NaN, a float beyond 64 bits). */
export function plainToJson(source: string): string | undefined {
  if (source === '') return 'null';
  const named = NAMED.get(source);
  if (named !== undefined) return named;
  if (NOT_JSON.test(source)) return undefined;
  if (!/^[-+.0-9]/.test(source)) return JSON.stringify(source);
  const digits = source.replaceAll('_', '');
  // OPA's library makes a string of it, which is greater than every number.
  if (FLOAT.test(digits) && !Number.isFinite(Number(digits))) return undefined;
  return numberToJson(digits) ?? JSON.stringify(source);
}

function numberToJson(source: string): string | undefined {
  const [, sign, digits] = INTEGER.exec(source) ?? [];
  if (digits !== undefined) {
    const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
    const value = sign === '-' ? -magnitude : magnitude;
    // Wider integers become floats, as in Go.
    if (value >= MIN_INTEGER && value <= MAX_INTEGER) return String(value);
  }
  if (!FLOAT.test(source)) return undefined;
  return JSON.stringify(Number(source));
}

const STANDARD = /^tag:yaml\.org,2002:(\w+)$/;

const TYPES: Readonly<Record<string, RegExp>> = {
  int: /^-?[0-9]+$/,
  float: /^-?[0-9]/,
  bool: /^(?:true|false)$/,
  null: /^null$/,
};

/** The JSON text of a scalar with an explicit tag, or undefined when the text does not fit the tag, or the tag is none of JSON's. */
export function taggedToJson(tag: string, source: string): string | undefined {
  const type = STANDARD.exec(tag)?.[1];
  if (type === 'str') return JSON.stringify(source);
  if (type === 'binary') return JSON.stringify(Buffer.from(source, 'base64').toString('utf8'));
  const expected = type === undefined ? undefined : TYPES[type];
  // `!include secrets.yaml` as its text would not be what was meant.
  if (expected === undefined) return undefined;
  const json = plainToJson(source);
  return json !== undefined && expected.test(json) ? json : undefined;
}

/** Whether a map or a sequence has no tag but that of its own kind. */
export function isCollectionTag({ tag }: { readonly tag?: string | undefined }): boolean {
  return tag === undefined || tag === '!' || ['map', 'seq'].includes(STANDARD.exec(tag)?.[1] ?? '');
}
