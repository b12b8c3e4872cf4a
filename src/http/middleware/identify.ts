import type { Core } from '../core.js';
import { notFound, UNMATCHED } from '../resources.js';
import type { Step } from './state.js';

/** Takes down what is asked, and that nothing is found until somebody finds it. */
export function identify({ callOf }: Core): Step {
  return async function identify(ctx, next) {
    ctx.state.call = callOf(ctx.req);
    ctx.state.route = UNMATCHED;
    ctx.state.reply = await notFound(ctx.state.call);
    await next();
  };
}
