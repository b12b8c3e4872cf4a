import { formatJson } from '../../value/format-json.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import type { BuiltinGroup, Meter } from '../builtin.js';
import { BuiltinError } from '../builtin.js';
import { stringOperand } from '../operands.js';
import { parseJson } from '../strict-json.js';
import { isAlgorithm, signText } from './algorithms.js';
import { parseSigningKey } from './keys.js';

/** `io.jwt.encode_sign` over values and `io.jwt.encode_sign_raw` over JSON texts. */
export const jwtEncodeSignBuiltins: BuiltinGroup = {
  'io.jwt.encode_sign': (context, headers = null, payload = null, key = null) => {
    const [head = '', body = '', jwk = ''] = [headers, payload, key].map((value) => formatJson(value, context.step));
    return encodeSign(head, body, jwk, context);
  },
  'io.jwt.encode_sign_raw': (context, headers = null, payload = null, key = null) => {
    const jwk = stringOperand(key, 3);
    return encodeSign(stringOperand(headers, 1), stringOperand(payload, 2), jwk, context);
  },
};

/** The token in compact form. Throws BuiltinError. */
function encodeSign(headers: string, payload: string, jwk: string, meter: Meter): string {
  const key = parseSigningKey(jwk, meter.step);
  const fields = parseJson(headers, meter.step);
  const field = (name: string): RegoValue | undefined => (fields instanceof RegoObject ? fields.get(name) : undefined);
  const alg = field('alg');
  if (typeof alg !== 'string') throw new BuiltinError("missing or invalid 'alg' header");
  if (!isAlgorithm(alg)) throw new BuiltinError(`unknown JWS algorithm: ${alg}`);
  const type = field('typ');
  if ((typeof type !== 'string' || type === 'JWT') && !isJson(payload)) throw new BuiltinError('type is JWT but payload is not JSON');
  const text = `${Buffer.from(headers).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
  return `${text}.${signText(alg, key, Buffer.from(text), meter).toString('base64url')}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
