import { randomUUID } from 'node:crypto';
import { RegoObject } from '../value/value.js';
import type { RegoValue } from '../value/value.js';
import type { BuiltinContext, BuiltinGroup } from './builtin.js';
import { fromBigint } from './numeric.js';
import { stringOperand } from './operands.js';

/** 100 ns steps from the Gregorian reform of 1582 to 1970. */
const STEPS_TO_1970 = 122_192_928_000_000_000n;

const DOMAINS = ['Person', 'Group', 'Org'] as const;

/** The same UUID for the same key within one evaluation. */
function random(context: BuiltinContext, key: RegoValue = null): RegoValue {
  const memoKey = `uuid.rfc4122\u0000${stringOperand(key, 1)}`;
  const known = context.memo.get(memoKey);
  if (known !== undefined) return known;
  const uuid = randomUUID();
  context.memo.set(memoKey, uuid);
  return uuid;
}

/** A text that is no UUID makes the call undefined even in strict mode. */
function parse(_context: BuiltinContext, text: RegoValue = null): RegoValue | undefined {
  const bytes = readUuid(stringOperand(text, 1));
  if (bytes === undefined) return undefined;
  const version = bytes.readUInt8(6) >> 4;
  const known = { version, variant: variant(bytes.readUInt8(8)) };
  if (version !== 1 && version !== 2) return RegoObject.from(known);
  const timed = { ...known, ...timeFields(bytes) };
  if (version === 1) return RegoObject.from(timed);
  const domain = bytes.readUInt8(9);
  return RegoObject.from({ ...timed, id: bytes.readUInt32BE(0), domain: DOMAINS[domain] ?? `Domain${domain}` });
}

/** Plain, with the urn prefix, in any one-character brackets, or without dashes. */
function readUuid(text: string): Buffer | undefined {
  const dashed = /^(?:urn:uuid:|)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i.exec(text)?.[1];
  const bracketed =
    Buffer.byteLength(text) === 38 ? /^[^]([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})[^]$/i.exec(text)?.[1] : undefined;
  const digits = dashed ?? bracketed ?? (/^[0-9a-f]{32}$/i.test(text) ? text : undefined);
  return digits === undefined ? undefined : Buffer.from(digits.replaceAll('-', ''), 'hex');
}

function variant(byte: number): string {
  if ((byte & 0xc0) === 0x80) return 'RFC4122';
  if ((byte & 0xe0) === 0xc0) return 'Microsoft';
  return (byte & 0xe0) === 0xe0 ? 'Future' : 'Reserved';
}

function timeFields(bytes: Buffer): Record<string, RegoValue> {
  const steps = (BigInt(bytes.readUInt16BE(6) & 0xfff) << 48n) | (BigInt(bytes.readUInt16BE(4)) << 32n) | BigInt(bytes.readUInt32BE(0));
  return {
    // Nanoseconds in an int64, which far dates overflow in OPA too.
    time: fromBigint(BigInt.asIntN(64, (steps - STEPS_TO_1970) * 100n)),
    nodeid: [...bytes.subarray(10)].map((byte) => byte.toString(16).padStart(2, '0')).join('-'),
    macvariables: macVariables(bytes.readUInt8(10)),
    clocksequence: bytes.readUInt16BE(8) & 0x3fff,
  };
}

function macVariables(byte: number): string {
  return `${(byte & 2) === 0 ? 'global' : 'local'}:${(byte & 1) === 0 ? 'unicast' : 'multicast'}`;
}

export const uuidBuiltins: BuiltinGroup = { 'uuid.rfc4122': random, 'uuid.parse': parse };
