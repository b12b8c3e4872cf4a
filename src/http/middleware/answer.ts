import type { Core } from '../core.js';
import { writeReply } from '../write-reply.js';
import type { Step } from './state.js';

/** Turns the reply of the steps below, or whatever they threw, into the response, by the same pen as the short-cut in front of Koa. */
export function answer({ failed }: Core): Step {
  return async function answer(ctx, next) {
    try {
      await next();
    } catch (thrown) {
      ctx.state.reply = failed(thrown, ctx.state.call);
    }
    ctx.respond = false;
    writeReply(ctx.res, ctx.state.call.requestId, ctx.state.reply);
  };
}
