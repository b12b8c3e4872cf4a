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

/** The JSON text of a plain scalar, or undefined when JSON has no such value (infinities, NaN). */
export function plainToJson(source: string): string | undefined {
  if (source === '') return 'null';
  const named = NAMED.get(source);
  if (named !== undefined) return named;
  if (NOT_JSON.test(source)) return undefined;
  const number = /^[-+.0-9]/.test(source) ? numberToJson(source.replaceAll('_', '')) : undefined;
  return number ?? JSON.stringify(source);
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
  const value = Number(source);
  if (!Number.isFinite(value)) return undefined;
  return JSON.stringify(value);
}

const TYPES: Readonly<Record<string, RegExp>> = {
  int: /^-?[0-9]+$/,
  float: /^-?[0-9]/,
  bool: /^(?:true|false)$/,
  null: /^null$/,
};

/** The JSON text of a scalar with an explicit tag, or undefined when the text does not fit the tag. */
export function taggedToJson(tag: string, source: string): string | undefined {
  const type = /^tag:yaml\.org,2002:(\w+)$/.exec(tag)?.[1];
  if (type === 'timestamp') return undefined;
  if (type === 'binary') return JSON.stringify(Buffer.from(source, 'base64').toString('utf8'));
  const expected = type === undefined ? undefined : TYPES[type];
  if (expected === undefined) return JSON.stringify(source);
  const json = plainToJson(source);
  return json !== undefined && expected.test(json) ? json : undefined;
}
