import type { ServingFigures } from '../telemetry/metrics/runtime.js';

/** What `/status` and the metrics tell about the processes. */
export interface ServingStats extends ServingFigures {
  readonly processes: number;
}
