import { GatewayError } from '../errors.js';
import type { Log } from '../log.js';
import { BodyAborted, surfaceOf } from './exchange.js';
import type { Call, Reply } from './exchange.js';
import { opaError, opaReplyTo } from './opa/errors.js';
import { ERROR_CODE_HEADER, json, refused, REVISION_HEADER, withHeader } from './replies.js';
import { shortId } from '../policy/source-set.js';

/**
 * Whatever a handler threw, as an answer in the shape of its surface. A stranger is a bug of ours: it is logged whole and answered
 * without its text, which may hold anything.
 */
export function errorReply(thrown: unknown, call: Pick<Call, 'path' | 'method' | 'requestId'>, log: Log): Reply {
  const opa = surfaceOf(call.path) === 'opa';
  const known = opa ? opaReplyTo(thrown) : replyTo(thrown);
  if (known !== undefined) return named(known, thrown);
  if (thrown instanceof BodyAborted) return refused(400, 'request aborted');
  log.error({ err: thrown, method: call.method, path: call.path, request_id: call.requestId }, 'a request failed unexpectedly');
  return opa ? opaError(500, 'internal_error', 'internal error') : refused(500, 'internal error', 'internal');
}

/** Who counted on another revision is told which one serves, wherever it was noticed. */
function named(reply: Reply, thrown: unknown): Reply {
  const serving = thrown instanceof GatewayError && thrown.code === 'revision_mismatch' ? thrown.details['serving'] : undefined;
  return typeof serving === 'string' ? withHeader(reply, REVISION_HEADER, shortId(serving)) : reply;
}

/** `error` tells no difference between a body that is too long and one that does not parse: that is the wire. Who reads on learns the limit. */
function tooLarge({ code, message, spec, details }: GatewayError): Reply {
  return json(spec.status, { error: 'invalid JSON body', detail: message, limit: details['limit'] }, { [ERROR_CODE_HEADER]: code });
}

function replyTo(thrown: unknown): Reply | undefined {
  if (!(thrown instanceof GatewayError)) return undefined;
  if (thrown.code === 'request_too_large') return tooLarge(thrown);
  const reply = refused(thrown.spec.status, thrown.message, thrown.code);
  return thrown.code === 'evaluation_overloaded' || thrown.code === 'subscribers_full' ? withHeader(reply, 'Retry-After', '1') : reply;
}
