import type { RequestListener } from 'node:http';
import type { PolicyApi } from '../engine/policy-api.js';
import { Attachment } from './attachment.js';
import { createCore } from './core.js';
import type { Core } from './core.js';
import type { HttpDeps } from './deps.js';
import { createFastPath } from './fast-path.js';
import { createPolicyEvents } from './events/policy-events.js';
import { createResources } from './create-resources.js';
import type { Resource } from './exchange.js';
import type { Log } from '../log.js';
import { createHttpServer } from './server.js';
import { abandon } from './write-reply.js';
import type { HttpServer } from './server.js';

/** The HTTP API: attach an engine and a reloader, listen, close. */
export interface HttpApi extends PolicyApi, Pick<HttpServer, 'listen' | 'close' | 'renewTls' | 'answered'> {
  /** Not ready from now on, and says so; goes on answering, each time for the last time on that connection. */
  leave(): void;
}

/**
 * Builds the API on its parts. It answers from the first moment that it listens; until an engine with a revision is attached, decisions
 * are refused in their closed form.
 */
export function createHttpApi(deps: HttpDeps): HttpApi {
  const attachment = new Attachment();
  const core = createCore(deps);
  const events = createPolicyEvents(deps, core.limits);
  const resources = createResources(deps, core, attachment, events);
  const koa = createKoa(core, resources, deps.log);
  const listener = deps.fastPath === false ? koa : createFastPath(core, resources, koa, deps.log);
  const server = createHttpServer(listener, { limits: core.limits, log: deps.log, front: deps.front, tls: deps.tls });
  return {
    attachEngine(engine) {
      attachment.attachEngine(engine);
      events.follow(engine);
    },
    registerPolicyReloader: (reloader) => attachment.registerPolicyReloader(reloader),
    listen: (bind, port) => server.listen(bind, port),
    renewTls: (pair) => server.renewTls(pair),
    answered: (ms) => server.answered(ms),
    leave() {
      attachment.leave();
      events.stream.close();
      server.leave();
    },
    close() {
      events.stream.close();
      return server.close();
    },
  };
}

/**
 * Everything that is not hot. Koa comes with the first request for it: whoever waits for a start waits for a decision, which is not Koa's to answer.
 */
function createKoa(core: Core, resources: readonly Resource[], log: Log): RequestListener {
  let handle: Promise<RequestListener> | undefined;
  return (request, response) => {
    handle ??= import('./app.js').then(({ createApp }) => {
      const app = createApp(core, resources);
      app.on('error', (err: unknown) => log.debug({ err }, 'a connection broke while it was answered'));
      return app.callback();
    });
    handle
      .then((answer) => {
        answer(request, response);
      })
      .catch((thrown: unknown) => abandon(response, thrown, log));
  };
}
