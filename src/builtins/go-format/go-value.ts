/** A value as Go's fmt package sees it: its Go type decides which verbs it takes. */
export type GoValue = string | boolean | null | GoInt | GoBigInt | GoFloat | GoNumber | GoSlice | GoMap;

/** `int64` is what sprintf makes of a Rego integer; `int` is what a template computes. */
export interface GoInt {
  readonly type: 'int' | 'int64';
  readonly value: bigint;
}

/** An integer beyond int64. */
export interface GoBigInt {
  readonly type: '*big.Int';
  readonly value: bigint;
  /** Length of its text. */
  readonly digits: number;
}

export interface GoFloat {
  readonly type: 'float64';
  readonly value: number;
}

/** A number that keeps its text: a Rego number inside a template. */
export interface GoNumber {
  readonly type: 'json.Number';
  readonly text: string;
}

export interface GoSlice {
  readonly type: '[]interface {}';
  readonly items: readonly GoValue[];
}

export interface GoMap {
  readonly type: 'map[string]interface {}';
  /** Sorted by key, bytewise. */
  readonly entries: readonly (readonly [string, GoValue])[];
}

/** Name of the value's Go type, as `%T` prints it. */
export function goTypeName(value: GoValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return 'string';
  return typeof value === 'boolean' ? 'bool' : value.type;
}
