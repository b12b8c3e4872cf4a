import type { BuiltinGroup } from '../builtin.js';
import { marshalWithOptions } from './marshal.js';
import { patch } from './patch.js';
import { unmarshal } from './unmarshal.js';

export const jsonBuiltins: BuiltinGroup = {
  'json.marshal_with_options': marshalWithOptions,
  'json.patch': patch,
  'json.unmarshal': unmarshal,
};
