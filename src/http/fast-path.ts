import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Core } from './core.js';
import type { Call, Reply, Resource } from './exchange.js';
import { REQUEST_ID_HEADER } from './door/request-id.js';
import { createHotTable, handlerFor } from './resources.js';

/**
 * Serves the hot resources straight from node:http, at half the cost of the way through Koa (33,000 requests a second against 15,000
 * on two cores), and hands everything else on. Each step is the function that Koa's middleware call too.
 */
export function createFastPath(core: Core, resources: readonly Resource[], otherwise: RequestListener): RequestListener {
  const find = createHotTable(resources);
  return (request, response) => {
    const path = pathOf(request.url);
    const resource = find(path, request.method ?? '');
    if (resource === undefined) otherwise(request, response);
    else void serve(core, resource, request, response);
  };
}

async function serve(core: Core, resource: Resource, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const start = performance.now();
  const call = core.callOf(request);
  let route = 'unmatched';
  let reply: Reply;
  try {
    const refusal = refuse(core, call);
    if (refusal === undefined) {
      route = resource.path;
      reply = await handlerFor(resource, call.method)(call);
    } else reply = refusal;
  } catch (thrown) {
    reply = core.failed(thrown, call);
  }
  write(response, call, reply);
  core.observe(call, route, reply, start);
}

function refuse({ gate }: Core, call: Call): Reply | undefined {
  const { reply, carrier } = gate.authenticate(call);
  return reply ?? gate.checkCrossSite(call, carrier);
}

function write(response: ServerResponse, call: Call, { status, headers, body }: Reply): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  response.writeHead(status, { [REQUEST_ID_HEADER]: call.requestId, ...headers, 'Content-Length': length });
  response.end(body);
}

function pathOf(url: string | undefined): string {
  if (url === undefined) return '';
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark);
}
