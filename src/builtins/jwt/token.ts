import type { Step } from '../../value/step.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { decodeBase64Url } from '../base64.js';
import { BuiltinError } from '../builtin.js';
import { stringOperand } from '../operands.js';
import { parseJson } from '../strict-json.js';

/** The three parts of a token in compact form, still encoded. */
export interface CompactToken {
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
}

/** The header fields that decide how a token is verified; '' where absent. */
export interface TokenHeader {
  readonly alg: string;
  readonly kid: string;
  readonly cty: string;
  /** False for a header without `alg`, or with a critical parameter that nobody here knows. */
  readonly valid: boolean;
}

const STRING_FIELDS = ['alg', 'kid', 'typ', 'cty'] as const;

/** Cuts a token in its three parts. Throws BuiltinError. */
export function splitToken(value: RegoValue): CompactToken {
  const text = stringOperand(value, 1);
  if (!text.includes('.')) throw new BuiltinError('encoded JWT had no period separators');
  const parts = text.split('.');
  const [header = '', payload = '', signature = ''] = parts;
  if (parts.length !== 3) throw new BuiltinError(`encoded JWT must have 3 sections, found ${parts.length}`);
  return { header, payload, signature };
}

/** What the signature is made over. */
export function signedText(token: CompactToken): Buffer {
  return Buffer.from(`${token.header}.${token.payload}`);
}

/** The header as an object. A JWE is refused. */
export function decodeHeader(token: CompactToken, step: Step): RegoObject {
  const header = parseObject(decodePart(token.header, 'header').toString('utf8'), step);
  if (header.get('enc') !== undefined) throw new BuiltinError('JWT is a JWE object, which is not supported');
  return header;
}

/** One part's bytes. */
export function decodePart(part: string, name: 'header' | 'payload' | 'signature'): Buffer {
  try {
    return decodeBase64Url(part);
  } catch (cause) {
    throw new BuiltinError(`JWT ${name} had invalid encoding`, { cause });
  }
}

/** The JSON text of an object; the last of repeated keys counts. */
export function parseObject(text: string, step: Step): RegoObject {
  const value = parseJson(text, step);
  if (value instanceof RegoObject) return value;
  throw new BuiltinError('decoded JSON type was not an Object');
}

/** Reads the fields of a decoded header. Throws BuiltinError for one of the wrong type. */
export function readHeader(header: RegoObject): TokenHeader {
  const [alg = '', kid = '', , cty = ''] = STRING_FIELDS.map((name) => {
    const value = header.get(name) ?? '';
    if (typeof value !== 'string') throw new BuiltinError(`${name}: must be a string`);
    return value;
  });
  const critical = criticalNames(header.get('crit'));
  const known: readonly RegoValue[] = [...STRING_FIELDS, 'crit'];
  const unknownCritical = header.entries.some(([name]) => !known.includes(name) && critical.includes(name));
  return { alg, kid, cty, valid: alg !== '' && !unknownCritical };
}

function criticalNames(crit: RegoValue | undefined): readonly RegoValue[] {
  if (crit === undefined) return [];
  if (!Array.isArray(crit)) throw new BuiltinError('crit: must be a list');
  const names = crit as readonly RegoValue[];
  const end = names.findIndex((name) => typeof name !== 'string');
  const strings = end < 0 ? names : names.slice(0, end);
  if (strings.length === 0) throw new BuiltinError('crit: must be a nonempty list');
  return strings;
}
