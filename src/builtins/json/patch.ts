import { equalValues } from '../../value/value.js';
import type { Step } from '../../value/step.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { BuiltinContext } from '../builtin.js';
import { arrayOperand, isArray, typeName } from '../operands.js';
import { termText } from '../term-text.js';
import { Copied } from './copied.js';
import { EditTree } from './edit-tree.js';

/** `json.patch`: the operations of RFC 6902 in turn, over sets too; any that fails refuses the whole patch. */
export function patch({ step }: BuiltinContext, document: RegoValue = null, operations: RegoValue = null): RegoValue | undefined {
  const tree = new EditTree(document, step);
  const copied = new Copied(step);
  for (const operation of arrayOperand(operations, 2)) apply(tree, operation, copied, step);
  return tree.render();
}

function apply(tree: EditTree, operation: RegoValue, copied: Copied, step: Step): void {
  step();
  if (!(operation instanceof RegoObject)) {
    throw new BuiltinError('must be an array of JSON-Patch objects, but at least one element is not an object');
  }
  const pathValue = attribute(operation, 'path');
  const name = attribute(operation, 'op');
  if (typeof name !== 'string') throw new BuiltinError(`attribute 'op' must be a string but found: ${typeName(name)}`);
  const path = readPath(pathValue);
  switch (name) {
    case 'add':
      tree.insert(path, attribute(operation, 'value'));
      return;
    case 'remove':
      tree.remove(path);
      return;
    case 'replace':
      tree.remove(path);
      tree.insert(path, attribute(operation, 'value'));
      return;
    case 'move':
    case 'copy': {
      const from = readPath(attribute(operation, 'from'));
      const value = tree.read(from);
      if (name === 'move') tree.remove(from);
      else copied.add(value);
      tree.insert(path, value);
      return;
    }
    case 'test':
      test(tree.read(path), attribute(operation, 'value'), step);
      return;
    default:
      throw new BuiltinError(`unrecognized op: '${name}'`);
  }
}

function test(found: RegoValue, expected: RegoValue, step: Step): void {
  if (equalValues(found, expected, step)) return;
  throw new BuiltinError(`value from EditTree != patch value.\n\nExpected: ${termText(expected, step)}\n\nFound: ${termText(found, step)}`);
}

function attribute(operation: RegoObject, name: string): RegoValue {
  const value = operation.get(name);
  if (value === undefined) throw new BuiltinError(`missing required attribute '${name}'`);
  return value;
}

/** A JSON pointer, whose leading slashes may be left out or doubled, or an array of segments of any type. */
function readPath(path: RegoValue): readonly RegoValue[] {
  if (isArray(path)) return path;
  if (typeof path !== 'string') {
    const message = `operand 2 must be one of {set, array} containing string paths or array of path segments but got ${typeName(path)}`;
    throw new BuiltinError(message, { kind: 'type' });
  }
  if (path === '') return [];
  const segments = path.replace(/^\/+/, '').split('/');
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}
