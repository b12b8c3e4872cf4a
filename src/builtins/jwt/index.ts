import type { BuiltinGroup } from '../builtin.js';
import { jwtDecodeVerifyBuiltins } from './decode-verify.js';
import { jwtEncodeSignBuiltins } from './encode-sign.js';
import { jwtVerifyBuiltins } from './verify.js';

/** `io.jwt.*` over node:crypto. */
export const jwtBuiltins: BuiltinGroup = { ...jwtVerifyBuiltins, ...jwtDecodeVerifyBuiltins, ...jwtEncodeSignBuiltins };
