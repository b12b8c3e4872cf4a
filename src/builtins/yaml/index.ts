import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { BuiltinContext, BuiltinGroup } from '../builtin.js';
import { stringOperand } from '../operands.js';
import { marshalYaml } from './marshal.js';
import { unmarshalYaml } from './unmarshal.js';

function marshal({ step }: BuiltinContext, value: RegoValue = null): RegoValue {
  return marshalYaml(value, step);
}

function unmarshal(context: BuiltinContext, text: RegoValue = null): RegoValue {
  return unmarshalYaml(stringOperand(text, 1), context);
}

function isValid(context: BuiltinContext, text: RegoValue = null): RegoValue {
  if (typeof text !== 'string') return false;
  try {
    unmarshalYaml(text, context);
    return true;
  } catch (error) {
    if (error instanceof BuiltinError) return false;
    throw error;
  }
}

export const yamlBuiltins: BuiltinGroup = { 'yaml.marshal': marshal, 'yaml.unmarshal': unmarshal, 'yaml.is_valid': isValid };
