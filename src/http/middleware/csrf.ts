import type { Core } from '../core.js';
import type { Step } from './state.js';

/** Refuses what a web page of another site could have sent. */
export function csrf({ gate }: Core): Step {
  return async function csrf(ctx, next) {
    const reply = gate.checkCrossSite(ctx.state.call, ctx.state.carrier);
    if (reply === undefined) await next();
    else ctx.state.reply = reply;
  };
}
