import type { Core } from '../core.js';
import type { Step } from './state.js';

/** Lets nobody on whom the gate refuses: without the token, or from a web page of another site. */
export function admit({ gate }: Core): Step {
  return async function admit(ctx, next) {
    const refusal = gate.refusal(ctx.state.call);
    if (refusal === undefined) await next();
    else ctx.state.reply = refusal;
  };
}
