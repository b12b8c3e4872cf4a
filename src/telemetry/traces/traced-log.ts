import { DecisionIds } from '../../decisions/decision-id.js';
import type { DecisionFacts, DecisionLog } from '../../decisions/decision-log.js';
import type { Log } from '../../log.js';
import type { NoteExemplar } from '../metrics/note-exemplar.js';
import type { TraceSettings } from './settings.js';

/** Takes decisions down as spans. */
export interface DecisionTraces {
  /** Never throws and never waits. */
  decided(facts: DecisionFacts, id: string): void;
  /** Exports what waits, as long as that takes no more than some seconds. */
  close(): Promise<void>;
}

/** A decision log of which every decision is a span, too. */
export interface TracedLog {
  readonly log: DecisionLog | undefined;
  close(): Promise<void>;
}

/**
 * The log with a span for every decision, recorded or not; the log itself where no traces are asked for. What makes spans is loaded only then:
 * it takes longer than everything else that a decision needs.
 */
export async function withTraces(
  log: DecisionLog | undefined,
  settings: TraceSettings | undefined,
  { warn }: Pick<Log, 'warn'>,
  exemplar: NoteExemplar,
): Promise<TracedLog> {
  if (settings === undefined) return { log, close: () => Promise.resolve() };
  const { openTraces } = await import('./sdk.js');
  const traces = openTraces(settings, (reason) => warn({ endpoint: settings.endpoint, reason }, 'spans of decisions are lost'), exemplar);
  const ids = new DecisionIds();
  return {
    log: {
      note(facts) {
        const id = log === undefined ? ids.next(Date.now()) : log.note(facts);
        traces.decided(facts, id);
        return id;
      },
    },
    close: () => traces.close(),
  };
}
