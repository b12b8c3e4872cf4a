import type { HttpMetrics } from '../deps.js';
import type { Resource } from '../exchange.js';

/** GET /metrics: Prometheus text, behind the token like everything but health. */
export function metricsResource(metrics: Pick<HttpMetrics, 'text' | 'contentType'>): Resource {
  return {
    path: '/metrics',
    methods: {
      GET: async () => ({ status: 200, headers: { 'Content-Type': metrics.contentType }, body: await metrics.text() }),
    },
  };
}
