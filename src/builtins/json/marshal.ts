import { formatJson } from '../../value/format-json.js';
import type { Step } from '../../value/step.js';
import type { RegoObject, RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { BuiltinContext } from '../builtin.js';
import { objectOperand, typeName } from '../operands.js';
import { keyText } from '../term-text.js';
import { checkTextLength } from '../text-limit.js';

interface MarshalOptions {
  readonly pretty: boolean;
  readonly indent: string;
  readonly prefix: string;
}

/** `json.marshal` as topdown has it; the native one writes sets and objects in the order of their hash tables. */
export function marshal({ step }: BuiltinContext, value: RegoValue = null): RegoValue {
  return formatJson(value, step);
}

/** `json.marshal_with_options`: compact, or one member a line once pretty, indent or prefix asks for it. */
export function marshalWithOptions({ step }: BuiltinContext, value: RegoValue = null, given: RegoValue = null): RegoValue {
  const json = formatJson(value, step);
  const { pretty, indent, prefix } = readOptions(objectOperand(given, 2));
  return pretty ? prefix + indentJson(json, prefix, indent, step) : json;
}

function readOptions(given: RegoObject): MarshalOptions {
  const options = { pretty: undefined as boolean | undefined, indent: '\t', prefix: '' };
  let implied = false;
  for (const [key, value] of given.entries) {
    if (key === 'indent' || key === 'prefix') {
      if (typeof value !== 'string') refuse(`key ${key} failed cast to string: operand must be string but got ${typeName(value)}`);
      options[key] = value;
      implied = true;
    } else if (key === 'pretty') {
      if (typeof value !== 'boolean') refuse('key pretty failed cast to bool');
      options.pretty = value;
    } else {
      refuse(`object contained unknown key ${keyText(key)}`);
    }
  }
  return { ...options, pretty: options.pretty ?? implied };
}

function refuse(message: string): never {
  throw new BuiltinError(`operand 2 ${message}`, { kind: 'type' });
}

/** Lays compact JSON out over lines; empty objects and arrays stay as they are. */
function indentJson(json: string, prefix: string, indent: string, step: Step): string {
  let depth = 0;
  let length = json.length;
  const newline = (): string => {
    length += prefix.length + indent.length * depth;
    checkTextLength(length);
    step(1 + (indent.length >> 6));
    return `\n${prefix}${indent.repeat(depth)}`;
  };
  // Whole strings are one token, so that braces inside them are left alone.
  return json.replace(/"(?:[^"\\]|\\.)*"|\{\}|\[\]|[{}[\],:]/g, (token) => {
    switch (token) {
      case '{':
      case '[':
        depth++;
        return token + newline();
      case '}':
      case ']':
        depth--;
        return newline() + token;
      case ',':
        return token + newline();
      case ':':
        return ': ';
      default:
        return token;
    }
  });
}
