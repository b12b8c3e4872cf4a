import type { Log } from '../../log.js';
import { errorFields } from '../../telemetry/error-fields.js';
import type { LogLevel, ServingEvent } from '../protocol.js';

/** Lines waiting for the channel; what is too much is dropped, since a log must not fill the memory. */
const MAX_LINES_A_SECOND = 1_000;

/** A log whose lines the main process writes. Debug lines travel only when they are wanted. */
export function createChannelLog(tell: (event: ServingEvent) => void, debug: boolean): Log {
  let second = 0;
  let lines = 0;
  const at =
    (level: LogLevel) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      const now = Math.floor(performance.now() / 1000);
      if (now !== second) {
        second = now;
        lines = 0;
      }
      lines += 1;
      if (lines > MAX_LINES_A_SECOND) return;
      tell({ type: 'log', level, fields: 'err' in fields ? { ...fields, err: errorFields(fields['err']) } : fields, message });
    };
  const silent = (): void => undefined;
  return { debug: debug ? at('debug') : silent, info: at('info'), warn: at('warn'), error: at('error') };
}
