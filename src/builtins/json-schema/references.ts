import type { Step } from '../../value/step.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import { isArray } from '../operands.js';
import { keyText } from '../term-text.js';

/** Keywords whose members are names, not keywords. */
const NAMED = new Set(['properties', 'dependencies', 'patternProperties']);

/**
 * The documents that `$ref` can reach without the network: the schema itself and its parts with an identifier. Each object
 * with a `$ref` is mapped to the absolute reference that it means.
 */
export class References {
  readonly #step: Step;
  readonly #documents = new Map<string, RegoValue>();
  readonly #absolute = new Map<RegoObject, string>();

  constructor(root: RegoValue, step: Step) {
    this.#step = step;
    this.#collect(root, '');
    this.#documents.set('', root);
  }

  /** The absolute form of the object's own `$ref`. */
  absolute(object: RegoObject, reference: string): string {
    return this.#absolute.get(object) ?? reference;
  }

  /** The schema that an absolute reference names; throws BuiltinError. */
  resolve(reference: string): RegoValue {
    const known = this.#documents.get(reference);
    if (known !== undefined) return known;
    const hash = reference.indexOf('#');
    const document = this.#documents.get(hash < 0 ? reference : reference.slice(0, hash));
    if (document === undefined) throw new BuiltinError(`Reference ${reference} is not part of the schema; remote references are refused`);
    this.#step(1 + (reference.length >> 3));
    return pointer(document, hash < 0 ? '' : decode(reference.slice(hash + 1)));
  }

  #collect(value: RegoValue, base: string): void {
    this.#step(1 + (base.length >> 6));
    if (isArray(value)) for (const item of value) this.#collect(item, base);
    if (!(value instanceof RegoObject)) return;
    const id = value.get('id') ?? value.get('$id');
    const scope = typeof id === 'string' ? inherit(base, id) : base;
    if (typeof id === 'string') {
      if (this.#documents.has(scope)) throw new BuiltinError(`Reference already exists: "${scope}"`);
      this.#documents.set(scope, value);
    }
    const reference = value.get('$ref');
    if (typeof reference === 'string') this.#absolute.set(value, inherit(scope, reference));
    for (const [key, item] of value.entries) {
      if (key === 'const' || key === 'enum') continue;
      if (NAMED.has(keyText(key)) && item instanceof RegoObject) for (const [, member] of item.entries) this.#collect(member, scope);
      else this.#collect(item, scope);
    }
  }
}

/** A reference seen from a base; an empty fragment counts for nothing. */
function inherit(base: string, reference: string): string {
  const plain = reference.replace(/#$/, '');
  if (plain === '') return base.replace(/#.*$/, '');
  if (plain.startsWith('#')) return base.replace(/#.*$/, '') + plain;
  return URL.canParse(plain, base) ? new URL(plain, base).href : plain;
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch (cause) {
    if (cause instanceof URIError) throw new BuiltinError(`invalid URL escape in #${fragment}`, { cause });
    throw cause;
  }
}

function pointer(document: RegoValue, path: string): RegoValue {
  if (path === '') return document;
  if (!path.startsWith('/')) throw new BuiltinError('JSON pointer must be empty or start with a "/"');
  let node = document;
  for (const token of path.slice(1).split('/')) node = descend(node, token);
  return node;
}

function descend(node: RegoValue, token: string): RegoValue {
  if (node instanceof RegoObject) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    const member = node.get(name);
    if (member === undefined) throw new BuiltinError(`Object has no key '${name}'`);
    return member;
  }
  if (!isArray(node)) throw new BuiltinError(`Invalid token reference '${token}'`);
  if (!/^[+-]?[0-9]+$/.test(token)) throw new BuiltinError(`Invalid array index '${token}'`);
  const item = node[Number(token)];
  if (item === undefined) throw new BuiltinError(`Out of bound array[0,${node.length}] index '${Number(token)}'`);
  return item;
}
