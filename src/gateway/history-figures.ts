import type { Engine } from '../engine/engine.js';
import type { History } from '../history/history.js';
import type { Watchdog } from '../history/watchdog/watchdog.js';
import type { HistoryFigures } from '../telemetry/metrics/history.js';

/** How the gateway stands to its own past, for the metrics. */
export function historyFigures(
  engine: Pick<Engine, 'pin' | 'warm' | 'lastOutcome'>,
  { state }: Pick<History, 'state'>,
  watchdog: Watchdog | undefined,
): HistoryFigures {
  const { pin, warm, lastOutcome } = engine;
  return {
    pinned: pin !== undefined,
    held: pin !== undefined && lastOutcome?.status === 'held',
    recovered: lastOutcome?.recovered === true,
    warm: warm.length,
    written: state.ok,
    failures: state.failures,
    watched: watchdog?.state.watching !== undefined,
  };
}
