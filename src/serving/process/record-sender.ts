import { createRecorder } from '../../decisions/recorder/recorder.js';
import type { Recorder, RecorderOptions } from '../../decisions/recorder/recorder.js';
import type { ServingEvent } from '../protocol.js';

/** Sends an event; `sent` is called once it is out of this process. */
export type SendEvent = (event: ServingEvent, sent: () => void) => void;

/** Bytes that may wait for the main process to take them. */
const MAX_WAITING = 4 * 1024 * 1024;

/** Takes decisions down here and sends the records to the main process. What that does not take in time is lost. */
export function createRecordSender(options: Omit<RecorderOptions, 'emit'>, send: SendEvent): Recorder {
  let waiting = 0;
  return createRecorder({
    ...options,
    emit(frame, records, lost) {
      const bytes = frame?.byteLength ?? 0;
      if (waiting + bytes > MAX_WAITING) return false;
      waiting += bytes;
      send({ type: 'decisions', frame, records, lost }, () => (waiting -= bytes));
      return true;
    },
  });
}
