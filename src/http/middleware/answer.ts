import type { Core } from '../core.js';
import type { Step } from './state.js';

/** Turns the reply of the steps below, or whatever they threw, into the response. */
export function answer({ failed }: Core): Step {
  return async function answer(ctx, next) {
    try {
      await next();
    } catch (thrown) {
      ctx.state.reply = failed(thrown, ctx.state.call);
    }
    const { status, headers, body } = ctx.state.reply;
    ctx.status = status;
    ctx.set(headers);
    // Koa gives a Uint8Array a content type of its own choosing, but leaves that of a Buffer alone.
    ctx.body = typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  };
}
