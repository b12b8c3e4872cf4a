import type { GoValue } from '../go-format/go-value.js';

/** One argument of a command. */
export type Operand =
  | { readonly kind: 'constant'; readonly value: GoValue }
  | { readonly kind: 'nil' }
  | { readonly kind: 'dot' }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'field'; readonly path: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'pipe'; readonly pipe: Pipe }
  | { readonly kind: 'chain'; readonly base: Operand; readonly path: readonly string[] };

/** `a | f b`: each command takes the value before it as its last argument. */
export interface Pipe {
  readonly variables: readonly string[];
  /** `=` changes a variable, `:=` makes one. */
  readonly assigns: boolean;
  readonly commands: readonly (readonly Operand[])[];
}

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe }
  | { readonly kind: 'break' | 'continue' }
  | { readonly kind: 'if' | 'with' | 'range'; readonly pipe: Pipe; readonly body: readonly Node[]; readonly otherwise: readonly Node[] }
  | { readonly kind: 'template'; readonly name: string; readonly pipe: Pipe | undefined };

/** A parsed template with the ones that it defines. */
export interface Template {
  readonly root: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}
