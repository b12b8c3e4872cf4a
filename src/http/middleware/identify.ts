import type { Core } from '../core.js';
import { REQUEST_ID_HEADER } from '../door/request-id.js';
import { notFound, UNMATCHED } from '../resources.js';
import type { Step } from './state.js';

/** Takes down what is asked and names the request, in the answer too. */
export function identify({ callOf }: Core): Step {
  return async function identify(ctx, next) {
    ctx.state.call = callOf(ctx.req);
    ctx.state.route = UNMATCHED;
    ctx.state.reply = await notFound(ctx.state.call);
    ctx.set(REQUEST_ID_HEADER, ctx.state.call.requestId);
    await next();
  };
}
