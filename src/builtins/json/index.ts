import type { BuiltinGroup } from '../builtin.js';
import { marshal, marshalWithOptions } from './marshal.js';
import { patch } from './patch.js';
import { isValid, unmarshal } from './unmarshal.js';

export const jsonBuiltins: BuiltinGroup = {
  'json.is_valid': isValid,
  'json.marshal': marshal,
  'json.marshal_with_options': marshalWithOptions,
  'json.patch': patch,
  'json.unmarshal': unmarshal,
};
