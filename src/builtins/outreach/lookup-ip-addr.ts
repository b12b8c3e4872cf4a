import { formatTerm } from '../../value/format-term.js';
import { RegoSet } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { BuiltinContext, BuiltinGroup } from '../builtin.js';
import { stringOperand } from '../operands.js';
import { askOutside } from './bridge.js';

const TIMEOUT_MS = 5000;

/** Longest name of the name service. */
const MAX_NAME = 253;

/** The addresses of a host name; the same within one evaluation. */
function lookupIpAddr(context: BuiltinContext, host: RegoValue = null): RegoValue {
  const name = stringOperand(host, 1);
  const key = `net.lookup_ip_addr\u0000${name}`;
  const known = context.memo.get(key);
  if (known !== undefined) return known;
  const found = resolve(name);
  context.memo.set(key, found);
  return found;
}

function resolve(name: string): RegoValue {
  if (name === '' || name.length > MAX_NAME) throw new BuiltinError(`lookup ${formatTerm(name.slice(0, MAX_NAME))}: no such host`);
  const reply = askOutside({ type: 'lookup', name, timeoutMs: TIMEOUT_MS });
  if (reply.type === 'lookup') return RegoSet.of(reply.addresses);
  throw new BuiltinError(reply.type === 'failed' ? reply.message : `lookup ${formatTerm(name)}: no addresses`);
}

export const lookupBuiltins: BuiltinGroup = { 'net.lookup_ip_addr': lookupIpAddr };
