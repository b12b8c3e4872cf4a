import type { Attachment } from '../attachment.js';
import type { HealthReport } from '../health-report.js';
import { HEALTH_PATH, LIVE_PATH, READY_PATH } from '../exchange.js';
import type { Reply, Resource } from '../exchange.js';
import { hasFlag } from '../query.js';
import { json, sorted } from '../replies.js';

/** Asking with one of these means: is it ready to decide? */
const READINESS_FLAGS = ['ready', 'bundles', 'bundle', 'plugins'] as const;

const PROBE_METHODS = ['GET', 'HEAD'] as const;

/**
 * GET /health, open to everybody. Plain, it tells that the process lives: always 200, with `status` and `reason`. With a readiness
 * flag it answers as OPA does: 500 until a revision serves. 503 once the gateway is about to stop.
 *
 * GET /health/live and /health/ready are the same for orchestrators, whose probes are paths: 200 as long as the process answers, and 200
 * while a revision serves and the gateway is not about to stop, else 503. A failed reload is neither: the revision before it serves.
 */
export function healthResources(report: () => HealthReport, attachment: Attachment): readonly Resource[] {
  return [
    {
      path: HEALTH_PATH,
      methods: {
        GET: ({ query }) => {
          const asksReady = READINESS_FLAGS.some((flag) => hasFlag(query, flag));
          return asksReady ? readiness(attachment, 500) : json(200, sorted(report()));
        },
      },
    },
    { path: LIVE_PATH, hot: PROBE_METHODS, methods: { GET: () => json(200, {}) } },
    { path: READY_PATH, hot: PROBE_METHODS, methods: { GET: () => readiness(attachment, 503) } },
  ];
}

function readiness(attachment: Attachment, withoutRevision: number): Reply {
  if (attachment.leaving) return json(503, { error: 'the gateway is shutting down' });
  if (attachment.engine?.current === undefined) return json(withoutRevision, { error: 'no policy revision is loaded' });
  return json(200, {});
}
