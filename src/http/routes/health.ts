import type { Attachment } from '../attachment.js';
import type { HealthReport } from '../health-report.js';
import { HEALTH_PATH } from '../exchange.js';
import type { Reply, Resource } from '../exchange.js';
import { hasFlag } from '../query.js';
import { json, sorted } from '../replies.js';

/** Asking with one of these means: is it ready to decide? */
const READINESS_FLAGS = ['ready', 'bundles', 'bundle', 'plugins'] as const;

/**
 * GET /health, open to everybody. Plain, it tells that the process lives: always 200, with `status` and `reason`. With a readiness
 * flag it answers as OPA does: 500 until a revision serves. 503 once the gateway is about to stop.
 */
export function healthResource(report: () => HealthReport, attachment: Attachment): Resource {
  return {
    path: HEALTH_PATH,
    methods: {
      GET: ({ query }) => {
        const asksReady = READINESS_FLAGS.some((flag) => hasFlag(query, flag));
        return asksReady ? readiness(attachment) : json(200, sorted(report()));
      },
    },
  };
}

function readiness(attachment: Attachment): Reply {
  if (attachment.leaving) return json(503, { error: 'the gateway is shutting down' });
  if (attachment.engine?.current === undefined) return json(500, { error: 'no policy revision is loaded' });
  return json(200, {});
}
