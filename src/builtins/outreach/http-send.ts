import { formatTerm } from '../../value/format-term.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { BuiltinContext, BuiltinGroup, Meter } from '../builtin.js';
import { objectOperand } from '../operands.js';
import { parseJson } from '../strict-json.js';
import { unmarshalYaml } from '../yaml/unmarshal.js';
import { askOutside } from './bridge.js';
import { flag, readHttpRequest } from './http-request.js';
import type { HttpRequest, HttpResponse } from './protocol.js';

/** Nobody answered, or not as asked. */
const NETWORK_ERROR = 'eval_http_send_network_error';

/** The request itself was refused. */
const INTERNAL_ERROR = 'eval_http_send_internal_error';

/** One request over HTTP, sent once in an evaluation, however often the policy asks for it. */
function httpSend(context: BuiltinContext, operand: RegoValue = null): RegoValue {
  const request = objectOperand(operand, 1);
  const raises = flag(request, 'raise_error', true);
  try {
    return answer(context, request);
  } catch (thrown) {
    if (raises || !(thrown instanceof BuiltinError)) throw thrown;
    const code = thrown instanceof NetworkError ? NETWORK_ERROR : INTERNAL_ERROR;
    return RegoObject.from({ status_code: 0, error: RegoObject.from({ code, message: thrown.message }) });
  }
}

class NetworkError extends BuiltinError {}

function answer(context: BuiltinContext, request: RegoObject): RegoValue {
  const key = `http.send\u0000${formatTerm(request)}`;
  // A failure is kept as its message: an evaluation does not see a server fail and then answer.
  const known = context.memo.get(key) ?? outcome(request, context);
  context.memo.set(key, known);
  if (typeof known === 'string') throw new NetworkError(known);
  return known;
}

function outcome(request: RegoObject, meter: Meter): RegoObject | string {
  const json = flag(request, 'force_json_decode', false);
  const yaml = flag(request, 'force_yaml_decode', false);
  const sent = readHttpRequest(request);
  const reply = askOutside(sent);
  if (reply.type === 'http') return responseObject(reply.response, { json, yaml }, meter);
  return `${asGoOp(sent)}: ${reply.type === 'failed' ? reply.message : 'no response'}`;
}

interface Force {
  readonly json: boolean;
  readonly yaml: boolean;
}

function asGoOp({ method, url }: HttpRequest): string {
  return `${method.slice(0, 1)}${method.slice(1).toLowerCase()} ${JSON.stringify(url)}`;
}

function responseObject(response: HttpResponse, force: Force, meter: Meter): RegoObject {
  const { status, statusText, headers, body } = response;
  const type = headers.find(([name]) => name === 'content-type')?.[1].join(',') ?? '';
  return RegoObject.from({
    status: `${status} ${statusText}`,
    status_code: status,
    headers: RegoObject.of(headers),
    raw_body: body,
    body: decode(body, type, force, meter),
  });
}

/** Null where the body is of another type, or not what it claims to be. */
function decode(body: string, type: string, force: Force, meter: Meter): RegoValue {
  try {
    if (force.json || /^\s*application\/(?:[^\s;/]+\+)?json\s*(?:;|$)/i.test(type)) return parseJson(body);
    if (force.yaml || /application\/(?:x-)?yaml/.test(type)) return unmarshalYaml(body, meter);
    return null;
  } catch (thrown) {
    if (thrown instanceof BuiltinError) return null;
    throw thrown;
  }
}

export const httpBuiltins: BuiltinGroup = { 'http.send': httpSend };
