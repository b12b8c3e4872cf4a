import { Counter, type Registry } from 'prom-client';
import { boundCounter, boundHistogram, closedSet, OTHER } from './labels.js';
import { QuickHistogram } from './quick-histogram.js';

const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const methodLabel = closedSet(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const reasonLabel = closedSet([
  ...['no_token_configured', 'missing_token', 'invalid_token', 'sec_fetch_site_rejected', 'origin_blocked'],
  ...['bad_content_type', 'csrf_mismatch_options', 'csrf_mismatch', 'rate_limited', 'host_rejected'],
]);

/** Routes that a registry may hold; past it a route counts as `other`. The API has some forty. */
const MAX_ROUTES = 200;

export interface HttpMetrics {
  /** One answered request. `route` is the pattern of the route (`/v1/data/:path`) or `unmatched`, never the path itself. */
  httpRequest(method: string, route: string, status: number, seconds: number): void;
  /** One request refused before its route. */
  authFailure(reason: string): void;
}

export function createHttpMetrics(registry: Registry): HttpMetrics {
  const registers: [Registry] = [registry];
  const requests = boundCounter({
    name: 'defenseclaw_http_requests_total',
    help: 'Answered requests by method, route pattern and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = boundHistogram(
    new QuickHistogram({
      name: 'defenseclaw_http_request_duration_seconds',
      help: 'Time from the head of a request to the end of its answer.',
      labelNames: ['method', 'route'],
      buckets: BUCKETS,
      registers,
    }),
  );
  const failures = new Counter({
    name: 'defenseclaw_http_auth_failures_total',
    help: 'Requests refused for their credentials or their origin, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const routes = new Set<string>();
  const routeLabel = (route: string): string => {
    if (routes.has(route)) return route;
    if (routes.size >= MAX_ROUTES) return OTHER;
    routes.add(route);
    return route;
  };
  return {
    httpRequest: (method, route, status, seconds) => {
      const methodOf = methodLabel(method);
      const routeOf = routeLabel(route);
      requests(methodOf, routeOf, String(status)).inc();
      durations(methodOf, routeOf).observe(seconds);
    },
    authFailure: (reason) => {
      failures.inc({ reason: reasonLabel(reason) });
    },
  };
}
