import type { PolicyEvents } from './events/policy-events.js';
import type { Attachment } from './attachment.js';
import type { Core } from './core.js';
import type { HttpDeps } from './deps.js';
import type { Resource } from './exchange.js';
import { createHealthReporter } from './health-report.js';
import { opaResources } from './opa-resources.js';
import { decisionResources } from './routes/decisions.js';
import { eventsResource } from './routes/events.js';
import { healthResources } from './routes/health.js';
import { metricsResource } from './routes/metrics.js';
import { reloadResource } from './routes/reload.js';
import { statusResource } from './routes/status.js';

/** Every resource of the API; those of other rooms come last. */
export function createResources(deps: HttpDeps, core: Core, attachment: Attachment, events: PolicyEvents): readonly Resource[] {
  const report = createHealthReporter(deps, attachment);
  const { limits, failed } = core;
  return [
    ...healthResources(report, attachment),
    statusResource(deps, attachment, report),
    metricsResource(deps.metrics),
    reloadResource(deps, attachment),
    eventsResource(events.stream),
    ...decisionResources({ deps, attachment, failed }),
    ...opaResources({ deps, limits, attachment, failed }),
    ...(deps.resources ?? []),
  ];
}
