import { equalValues } from '../../value/value.js';
import type { Step } from '../../value/step.js';
import { RegoObject, RegoSet } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import { int64, isNumber, numberFromText, toDecimal } from '../numeric.js';
import { isArray, typeName } from '../operands.js';
import { termText } from '../term-text.js';

/** A place in the document under edit: scalars are values, collections are opened as far as paths have walked. */
type Node = ScalarNode | ObjectNode | SetNode | ArrayNode;

interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: RegoValue;
}

interface ObjectNode {
  readonly kind: 'object';
  readonly base: RegoObject;
  /** Members that a path touched; undefined where it deleted one. */
  readonly touched: Map<string, { readonly key: RegoValue; readonly node: Node | undefined }>;
}

interface SetNode {
  readonly kind: 'set';
  value: RegoSet;
  /** The member that a path opened last, and what it has become. */
  opened: { readonly key: RegoValue; readonly node: Node } | undefined;
}

interface ArrayNode {
  readonly kind: 'array';
  readonly base: readonly RegoValue[];
  /** Elements in order: an opened node, or the value as it came. */
  readonly items: ({ readonly node: Node } | { readonly original: RegoValue })[];
}

/** The document that JSON patch operations edit in turn. Throws BuiltinError for a path that does not fit. */
export class EditTree {
  #root: Node | undefined;
  readonly #step: Step;

  constructor(document: RegoValue, step: Step) {
    this.#step = step;
    this.#root = open(document, step);
  }

  /** The value at the path as it now is. */
  read(path: readonly RegoValue[]): RegoValue {
    return render(this.#walk(path), this.#step);
  }

  insert(path: readonly RegoValue[], value: RegoValue): void {
    const key = path.at(-1);
    if (key === undefined) this.#root = open(value, this.#step);
    else insertChild(this.#walk(path.slice(0, -1)), key, value, this.#step);
  }

  remove(path: readonly RegoValue[]): void {
    const key = path.at(-1);
    if (key !== undefined) removeChild(this.#walk(path.slice(0, -1)), key, this.#step);
    else if (this.#root === undefined) throw new BuiltinError('deleted node encountered during delete operation');
    else this.#root = undefined;
  }

  /** Undefined when the document itself was removed. */
  render(): RegoValue | undefined {
    return this.#root === undefined ? undefined : render(this.#root, this.#step);
  }

  #walk(path: readonly RegoValue[]): Node {
    let node = this.#root;
    if (node === undefined) throw new BuiltinError('nil value encountered where composite value was expected');
    for (const key of path) node = child(node, key, this.#step);
    return node;
  }
}

function open(value: RegoValue, step: Step): Node {
  step(1 + (isArray(value) ? value.length >> 3 : 0));
  if (value instanceof RegoObject) return { kind: 'object', base: value, touched: new Map() };
  if (value instanceof RegoSet) return { kind: 'set', value, opened: undefined };
  if (isArray(value)) return { kind: 'array', base: value, items: value.map((original) => ({ original })) };
  return { kind: 'scalar', value };
}

function render(node: Node, step: Step): RegoValue {
  step();
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'array':
      return node.items.map((item) => {
        step();
        return 'node' in item ? render(item.node, step) : item.original;
      });
    case 'set':
      return collapsed(node, step);
    case 'object': {
      if (node.touched.size === 0) return node.base;
      const kept = node.base.entries.filter(([key]) => {
        step(2);
        return !node.touched.has(mapKey(key, step));
      });
      const changed = [...node.touched.values()].flatMap((entry) =>
        entry.node === undefined ? [] : [[entry.key, render(entry.node, step)] as const],
      );
      return RegoObject.of([...kept, ...changed], step);
    }
  }
}

/** The set with the opened member put back as what it has become. */
function collapsed(node: SetNode, step: Step): RegoSet {
  const { opened } = node;
  if (opened === undefined) return node.value;
  return RegoSet.of([...without(node.value, opened.key, step), render(opened.node, step)], step);
}

function without({ members }: RegoSet, key: RegoValue, step: Step): readonly RegoValue[] {
  return members.filter((member) => {
    step();
    return !equalValues(member, key, step);
  });
}

function child(node: Node, key: RegoValue, step: Step): Node {
  switch (node.kind) {
    case 'scalar':
      throw notComposite(node, ` for path ${termText(key)}`);
    case 'object':
      return objectChild(node, key, step);
    case 'set':
      return setChild(node, key, step);
    case 'array':
      return arrayChild(node, key, step);
  }
}

function objectChild(node: ObjectNode, key: RegoValue, step: Step): Node {
  const touched = node.touched.get(mapKey(key, step));
  if (touched !== undefined) {
    if (touched.node === undefined) throw new BuiltinError(`cannot unfold the already deleted node for key ${termText(key)}`);
    return touched.node;
  }
  const value = node.base.get(key);
  if (value === undefined) throw new BuiltinError(`path ${termText(key)} does not exist in object term ${termText(node.base, step)}`);
  const opened = open(value, step);
  node.touched.set(mapKey(key, step), { key, node: opened });
  return opened;
}

function setChild(node: SetNode, key: RegoValue, step: Step): Node {
  if (isComposite(key)) {
    node.value = collapsed(node, step);
    node.opened = undefined;
  }
  if (!node.value.has(key))
    throw new BuiltinError(
      `path ${typeof key === 'string' ? key : termText(key)} does not exist in set term ${termText(node.value, step)}`,
    );
  const opened = open(key, step);
  if (isComposite(key)) node.opened = { key, node: opened };
  return opened;
}

/**
 * OPA looks an element that no path has opened yet up in the array as it first was, at the index of the array as it is
 * now. The two differ once an earlier operation of the same patch moved elements; the answer is kept the same.
 */
function arrayChild(node: ArrayNode, key: RegoValue, step: Step): Node {
  const index = arrayIndex(node.items.length, key);
  const item = node.items[index];
  if (item !== undefined && 'node' in item) return item.node;
  const value = node.base[index];
  if (value === undefined) throw new BuiltinError(`path ${index} does not exist in array term ${termText(node.base, step)}`);
  if (item === undefined) throw new BuiltinError('index for array delete out of bounds');
  const opened = open(value, step);
  node.items[index] = { node: opened };
  return opened;
}

function insertChild(node: Node, key: RegoValue, value: RegoValue, step: Step): void {
  switch (node.kind) {
    case 'scalar':
      throw notComposite(node);
    case 'object':
      node.touched.set(mapKey(key, step), { key, node: open(value, step) });
      return;
    case 'set':
      if (!equalValues(key, value, step)) {
        throw new BuiltinError(`set key ${termText(key)} does not equal value to be inserted ${termText(value, step)}`);
      }
      node.value = RegoSet.of([...collapsed(node, step).members, value], step);
      node.opened = undefined;
      return;
    case 'array': {
      const index = arrayIndex(node.items.length, key);
      if (index < 0 || index > node.items.length) throw new BuiltinError('index for array insertion out of bounds');
      step(node.items.length >> 6);
      node.items.splice(index, 0, { node: open(value, step) });
    }
  }
}

function removeChild(node: Node, key: RegoValue, step: Step): void {
  switch (node.kind) {
    case 'scalar':
      throw notComposite(node);
    case 'object': {
      const touched = node.touched.get(mapKey(key, step));
      const exists = touched === undefined ? node.base.get(key) !== undefined : touched.node !== undefined;
      if (!exists) throw new BuiltinError(`cannot delete child key ${termText(key)} that does not exist`);
      node.touched.set(mapKey(key, step), { key, node: undefined });
      return;
    }
    case 'set': {
      const current = collapsed(node, step);
      if (!current.has(key)) throw new BuiltinError(`cannot delete child key ${termText(key)} that does not exist`);
      node.value = RegoSet.of(without(current, key, step), step);
      node.opened = undefined;
      return;
    }
    case 'array': {
      const index = arrayIndex(node.items.length, key);
      if (index < 0 || index >= node.items.length) throw new BuiltinError('index for array delete out of bounds');
      step(node.items.length >> 6);
      node.items.splice(index, 1);
    }
  }
}

/** The element that a path segment names; `-` is the place after the last. */
function arrayIndex(length: number, key: RegoValue): number {
  if (key === '-') return length;
  const isText = typeof key === 'string';
  if (!isText && !isNumber(key)) throw new BuiltinError('invalid type for indexing');
  const text = isText ? key : termText(key);
  const index = /^[+-]?\d+(\.0*)?$/.test(text) ? int64(numberFromText(text.replace(/^\+/, ''))) : undefined;
  if (index === undefined) throw new BuiltinError(isText ? 'invalid string for indexing' : 'invalid number type for indexing');
  if (isText && text !== '0' && text.startsWith('0')) throw new BuiltinError('leading zeros are not allowed in JSON paths');
  return Number(index);
}

/** Equal keys have equal texts but for numbers written differently. */
function mapKey(key: RegoValue, step: Step): string {
  if (typeof key === 'string') return `s${key}`;
  return isNumber(key) ? `n${toDecimal(key).toString()}` : `t${termText(key, step)}`;
}

function isComposite(value: RegoValue): boolean {
  return value instanceof RegoObject || value instanceof RegoSet || isArray(value);
}

function notComposite({ value }: ScalarNode, place = ''): BuiltinError {
  const name = typeName(value);
  const type = `ast.${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  return new BuiltinError(`expected composite type${place}, found value: ${termText(value)} (type: ${type})`);
}
