import type { Step } from './state.js';

/**
 * The gate has looked at one reading of the request target, the router looks at Koa's. Where they differ (`http://a?/health`, `/x#y`)
 * nothing is routed: what was let pass must be what is served.
 */
export function oneReading(): Step {
  return async function oneReading(ctx, next) {
    if (ctx.path === ctx.state.call.path) await next();
  };
}
