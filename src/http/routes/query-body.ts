import { GatewayError } from '../../errors.js';
import type { Call } from '../exchange.js';
import type { Member } from '../json/scan.js';
import type { OpaDeps } from '../opa/deps.js';
import { topLevel } from '../opa/envelope.js';
import { readOpaBody } from '../opa/read-body.js';

/** A body that was taken apart once. */
export interface Body {
  readonly bytes: Uint8Array;
  readonly members: readonly Member[];
}

export async function bodyOf({ limits }: Pick<OpaDeps, 'limits'>, call: Call): Promise<Body> {
  const bytes = await readOpaBody(call, limits.maxInflatedBytes);
  return { bytes, members: topLevel(bytes, limits.maxInputDepth) };
}

/** A member of the body that is not as exact as an input has to be. */
export function memberOf({ bytes, members }: Body, wanted: string): unknown {
  const member = members.findLast(({ name }) => name === wanted);
  return member === undefined ? undefined : (JSON.parse(Buffer.from(bytes.subarray(member.start, member.end)).toString('utf8')) as unknown);
}

/** Throws `request_invalid` for what is no list of texts; nothing is an empty one. */
export function texts(value: unknown, name: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new GatewayError('request_invalid', `expected '${name}' to be an array of strings`);
}
