import type { Core } from '../core.js';
import type { Step } from './state.js';

/** Counts and logs the request once its answer is known. */
export function observe({ observe: note }: Core): Step {
  return async function observe(ctx, next) {
    const start = performance.now();
    await next();
    note(ctx.state.call, ctx.state.route, ctx.state.reply, start);
  };
}
