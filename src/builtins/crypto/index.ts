import type { BuiltinGroup } from '../builtin.js';
import { digestBuiltins } from './digests.js';
import { x509Builtins } from './x509.js';

/** `crypto.*` over node:crypto. */
export const cryptoBuiltins: BuiltinGroup = { ...digestBuiltins, ...x509Builtins };
