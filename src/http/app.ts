import Router from '@koa/router';
import Koa from 'koa';
import type { Core } from './core.js';
import type { Resource } from './exchange.js';
import { admit } from './middleware/admit.js';
import { answer } from './middleware/answer.js';
import { identify } from './middleware/identify.js';
import { observe } from './middleware/observe.js';
import { oneReading } from './middleware/one-reading.js';
import type { State } from './middleware/state.js';
import { handlerFor } from './resources.js';

/**
 * The Koa application over the resources. The order is the contract's: name, count, answer errors, token, cross-site, then route; the
 * body is read by the handlers that want one, so 401 and 503 beat 403 and 415, these beat 404 and 405, and those beat 400.
 */
export function createApp(core: Core, resources: readonly Resource[]): Koa<State> {
  const app = new Koa<State>();
  app.use(identify(core)).use(observe(core)).use(answer(core)).use(admit(core)).use(oneReading());
  app.use(createRouter(resources).routes());
  return app;
}

function createRouter(resources: readonly Resource[]): Router<State> {
  const router = new Router<State>({ sensitive: true, strict: true });
  for (const resource of resources) {
    router.all(pattern(resource), async (ctx) => {
      ctx.state.route = resource.path;
      const handle = handlerFor(resource, ctx.state.call.method);
      ctx.state.reply = await handle(ctx.state.call);
    });
  }
  return router;
}

/** Roots are plain names and slashes: nothing in them means anything to a regular expression. */
function pattern({ path, below }: Resource): string | RegExp {
  return below === true ? new RegExp(`^${path}(?:/.*)?$`) : path;
}
