import type { HttpMetrics } from '../deps.js';
import type { Resource } from '../exchange.js';

/** GET /metrics: Prometheus text, or OpenMetrics for whoever accepts it while decisions are traced, behind the token like everything but health. */
export function metricsResource(metrics: Pick<HttpMetrics, 'scrape'>): Resource {
  return {
    path: '/metrics',
    methods: {
      GET: async ({ headers }) => {
        const { contentType, text } = await metrics.scrape(headers.accept);
        return { status: 200, headers: { 'Content-Type': contentType, Vary: 'Accept' }, body: text };
      },
    },
  };
}
