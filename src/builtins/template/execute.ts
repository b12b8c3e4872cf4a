import { compareStrings } from '../../value/compare-strings.js';
import type { Step } from '../../value/step.js';
import { BuiltinError } from '../builtin.js';
import type { Meter } from '../builtin.js';
import { goTypeName } from '../go-format/go-value.js';
import type { GoValue } from '../go-format/go-value.js';
import { checkTextLength, tooDeep } from '../text-limit.js';
import { callFunction, isTrue, shown } from './functions.js';
import type { Value } from './functions.js';
import type { Node, Operand, Pipe, Template } from './nodes.js';

/** Calls of templates inside of each other: Go stops somewhere too, the stack of a worker sooner. */
const MAX_DEPTH = 500;

/** A command whose place in a pipe gives it no last argument. */
const NO_ARGUMENT = Symbol('no argument');
type Final = Value | typeof NO_ARGUMENT;

type Signal = 'break' | 'continue' | undefined;

/** Renders a template over its data; throws BuiltinError. */
export function executeTemplate(template: Template, data: GoValue, meter: Meter): string {
  const run = new Execution(template, meter);
  run.walk(template.root, data, [{ name: '$', value: data }]);
  return run.text;
}

interface Variable {
  readonly name: string;
  value: Value;
}

class Execution {
  text = '';
  readonly #template: Template;
  readonly #meter: Meter;
  readonly #step: Step;
  #depth = 0;

  constructor(template: Template, meter: Meter) {
    this.#template = template;
    this.#meter = meter;
    this.#step = meter.step;
  }

  walk(nodes: readonly Node[], dot: Value, variables: Variable[]): Signal {
    for (const node of nodes) {
      this.#step();
      const signal = this.#node(node, dot, variables);
      if (signal !== undefined) return signal;
    }
    return undefined;
  }

  #node(node: Node, dot: Value, variables: Variable[]): Signal {
    switch (node.kind) {
      case 'text':
        this.#write(node.text);
        return undefined;
      case 'action': {
        const value = this.#pipe(node.pipe, dot, variables);
        if (node.pipe.variables.length === 0) this.#write(value === undefined ? '<no value>' : shown(value));
        return undefined;
      }
      case 'break':
      case 'continue':
        return node.kind;
      case 'template':
        this.#call(node.name, this.#pipe(node.pipe, dot, variables));
        return undefined;
      default: {
        const mark = variables.length;
        const signal = node.kind === 'range' ? this.#range(node, dot, variables) : this.#branch(node, dot, variables);
        variables.length = mark;
        return signal;
      }
    }
  }

  #write(text: string): void {
    this.text += text;
    this.#step(text.length >> 6);
    checkTextLength(this.text.length);
  }

  #branch(node: Node & { kind: 'if' | 'with' | 'range' }, dot: Value, variables: Variable[]): Signal {
    const value = this.#pipe(node.pipe, dot, variables);
    if (!isTrue(value)) return this.walk(node.otherwise, dot, variables);
    return this.walk(node.body, node.kind === 'with' ? value : dot, variables);
  }

  #range(node: Node & { kind: 'if' | 'with' | 'range' }, dot: Value, variables: Variable[]): Signal {
    const { pipe } = node;
    const value = this.#pipe(pipe, dot, variables);
    const mark = variables.length;
    let rounds = 0;
    for (const [key, item] of iterate(value, pipe.variables.length)) {
      this.#step();
      rounds++;
      bindRound(pipe, key, item, variables);
      const signal = this.walk(node.body, item, variables);
      variables.length = mark;
      if (signal === 'break') break;
    }
    return rounds === 0 ? this.walk(node.otherwise, dot, variables) : undefined;
  }

  #call(name: string, dot: Value): void {
    const body = this.#template.defined.get(name);
    if (body === undefined) throw new BuiltinError(`template: template "${name}" not defined`);
    if (++this.#depth > MAX_DEPTH) throw tooDeep('a template');
    this.walk(body, dot, [{ name: '$', value: dot }]);
    this.#depth--;
  }

  #pipe(pipe: Pipe | undefined, dot: Value, variables: Variable[]): Value {
    let value: Final = NO_ARGUMENT;
    for (const command of pipe?.commands ?? []) {
      // Between commands null is nothing.
      value = this.#command(command, value, dot, variables) ?? undefined;
    }
    const result = value === NO_ARGUMENT ? undefined : value;
    for (const name of pipe?.variables ?? []) {
      if (pipe?.assigns === true) setVariable(variables, name, result);
      else variables.push({ name, value: result });
    }
    return result;
  }

  #command(operands: readonly Operand[], final: Final, dot: Value, variables: Variable[]): Value {
    const [first, ...rest] = operands;
    if (first === undefined) throw new BuiltinError('template: empty command');
    if (first.kind === 'function') return this.#function(first.name, rest, final, dot, variables);
    if (first.kind === 'nil') throw new BuiltinError('template: nil is not a command');
    const value = this.#operand(first, dot, variables);
    if (rest.length > 0 || final !== NO_ARGUMENT) throw new BuiltinError("template: can't give argument to non-function");
    return value;
  }

  #function(name: string, operands: readonly Operand[], final: Final, dot: Value, variables: Variable[]): Value {
    const last = final === NO_ARGUMENT ? [] : [final];
    if (name !== 'and' && name !== 'or') {
      return callFunction(name, [...operands.map((operand) => this.#operand(operand, dot, variables)), ...last], this.#meter);
    }
    if (operands.length + last.length === 0) throw new BuiltinError(`template: wrong number of args for ${name}: want at least 1 got 0`);
    let value: Value;
    for (const operand of operands) {
      value = this.#operand(operand, dot, variables);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return last.length > 0 ? last[0] : value;
  }

  #operand(operand: Operand, dot: Value, variables: Variable[]): Value {
    this.#step();
    switch (operand.kind) {
      case 'constant':
        return operand.value;
      case 'nil':
        return undefined;
      case 'dot':
        return dot;
      case 'function':
        return this.#function(operand.name, [], NO_ARGUMENT, dot, variables);
      case 'field':
        return this.#path(dot, operand.path);
      case 'variable':
        this.#step(variables.length >> 3);
        return this.#path(findVariable(variables, operand.name).value, operand.path);
      case 'pipe':
        return this.#pipe(operand.pipe, dot, variables);
      case 'chain':
        if (operand.base.kind === 'nil') throw new BuiltinError('template: indirection through explicit nil');
        return this.#path(this.#operand(operand.base, dot, variables), operand.path);
    }
  }

  #path(value: Value, path: readonly string[]): Value {
    return path.reduce<Value>((found, name) => {
      this.#step(membersOf(found) >> 3);
      return field(found, name);
    }, value);
  }
}

/** A member of a map; of nothing it is nothing, of null or any other value it is an error. */
function field(value: Value, name: string): Value {
  if (value === undefined) return undefined;
  if (typeof value === 'object' && value?.type === 'map[string]interface {}') {
    return value.entries.find(([key]) => compareStrings(key, name) === 0)?.[1];
  }
  if (value === null) throw new BuiltinError(`template: nil pointer evaluating interface {}.${name}`);
  throw new BuiltinError(`template: can't evaluate field ${name} in type ${goTypeName(value)}`);
}

function membersOf(value: Value): number {
  return typeof value === 'object' && value?.type === 'map[string]interface {}' ? value.entries.length : 0;
}

type Round = readonly [key: Value, item: Value];

function iterate(value: Value, variables: number): Iterable<Round> {
  if (value === undefined || value === null) return [];
  if (typeof value === 'object' && value.type === '[]interface {}') {
    return value.items.map((item, index): Round => [{ type: 'int', value: BigInt(index) }, item]);
  }
  if (typeof value === 'object' && value.type === 'map[string]interface {}') return value.entries;
  if (typeof value === 'object' && value.type === 'int' && variables < 2) return count(value.value);
  throw new BuiltinError(`template: range can't iterate over ${shown(value)}`);
}

function* count(end: bigint): Iterable<Round> {
  for (let value = 0n; value < end; value++) yield [undefined, { type: 'int', value }];
}

function bindRound(pipe: Pipe, key: Value, item: Value, variables: Variable[]): void {
  const [first, second] = pipe.variables;
  if (first === undefined) return;
  if (pipe.assigns) {
    setVariable(variables, first, second === undefined ? item : key);
    if (second !== undefined) setVariable(variables, second, item);
    return;
  }
  // The pipe has just declared them: they are the last ones.
  const own = variables.slice(-pipe.variables.length);
  const [one, two] = own;
  if (one !== undefined) one.value = two === undefined ? item : key;
  if (two !== undefined) two.value = item;
}

function setVariable(variables: readonly Variable[], name: string, value: Value): void {
  findVariable(variables, name).value = value;
}

function findVariable(variables: readonly Variable[], name: string): Variable {
  const found = variables.findLast((variable) => variable.name === name);
  if (found === undefined) throw new BuiltinError(`template: undefined variable: ${name}`);
  return found;
}
