import type { IncomingHttpHeaders } from 'node:http';
import { asciiJson } from '../batch/ascii-json.js';
import { traceParentOf } from '../trace-parent.js';

/** Clients send the same few values over and over; what differs each time is not worth room. */
const MAX_KNOWN = 512;
const MAX_VALUE = 256;

/** Members of `custom` by the header that they come from. */
const MEMBERS = [
  ['client', 'x-defenseclaw-client'],
  ['agent', 'x-defenseclaw-agent-id'],
  ['agent_instance', 'x-defenseclaw-agent-instance-id'],
  ['session', 'x-defenseclaw-session-id'],
] as const;

/** Makes the members of `custom` that tell who asked, each with a comma before it, in ASCII. */
export function createCallerText(): (headers: IncomingHttpHeaders) => string {
  const known = new Map<string, string>();
  return (headers) => {
    const key = keyOf(headers);
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = MEMBERS.map(([name, header]) => memberOf(name, text(headers[header]))).join('');
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, made);
    return made;
  };
}

/** Most clients tell their name at most: that is a text whose hash is known, where the others have to be put together first. */
function keyOf(headers: IncomingHttpHeaders): string {
  const client = text(headers['x-defenseclaw-client']);
  const agent = headers['x-defenseclaw-agent-id'];
  const instance = headers['x-defenseclaw-agent-instance-id'];
  const session = headers['x-defenseclaw-session-id'];
  if (agent === undefined && instance === undefined && session === undefined) return client;
  return `${client}\n${text(agent)}\n${text(instance)}\n${text(session)}`;
}

/** The members that tell the trace, each with a comma after it; empty when the request belongs to none. */
export function traceText(headers: IncomingHttpHeaders): string {
  const parent = traceParentOf(headers);
  return parent === undefined ? '' : `"trace_id":"${parent.traceId}","span_id":"${parent.spanId}",`;
}

function memberOf(name: string, value: string): string {
  if (value === '') return '';
  // Node hands the bytes of a header over as one character each.
  const decoded = Buffer.from(value, 'latin1').toString('utf8').slice(0, MAX_VALUE);
  return `,"${name}":${asciiJson(decoded)}`;
}

function text(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}
