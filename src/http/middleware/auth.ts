import type { Core } from '../core.js';
import type { Step } from './state.js';

/** Lets nobody on without the token, except to GET /health. */
export function auth({ gate }: Core): Step {
  return async function auth(ctx, next) {
    const { reply, carrier } = gate.authenticate(ctx.state.call);
    ctx.state.carrier = carrier;
    if (reply === undefined) await next();
    else ctx.state.reply = reply;
  };
}
