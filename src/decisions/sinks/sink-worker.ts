import { constants } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { linesIn } from '../batch/runs.js';
import { giveWayHere } from '../../give-way-here.js';
import { createConsoleSink } from './console-sink.js';
import { createServiceSink } from './service-sink.js';
import type { Sink, SinkSettings, SinkStates } from './sink.js';
import type { SinkCommand, SinkEvent } from './sink-thread.js';

/** The thread that takes records to where they go besides the folder; see sink-thread.ts. */
giveWayHere(constants.priority.PRIORITY_BELOW_NORMAL);

const NEWLINE = 0x0a;
const TELL_MS = 50;
const settings = workerData as SinkSettings;
let telling: NodeJS.Timeout | undefined;
const sinks: Readonly<Record<string, Sink>> = {
  ...(settings.console ? { console: createConsoleSink(tellSoon) } : {}),
  ...(settings.service === undefined ? {} : { service: createServiceSink(settings.service, tellSoon) }),
  // The SDK is read in where it is used alone.
  ...(settings.otlp === undefined ? {} : { otlp: (await import('./otlp-sink.js')).createOtlpSink(settings.otlp, tellSoon) }),
};

function tellSoon(): void {
  telling ??= setTimeout(() => {
    telling = undefined;
    tell({ type: 'states', states: states() });
  }, TELL_MS);
}

function states(): SinkStates {
  return Object.fromEntries(Object.entries(sinks).map(([name, { state }]) => [name, state]));
}

function tell(event: SinkEvent): void {
  parentPort?.postMessage(event);
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; ;) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end === -1) return lines;
    if (end > start) lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
}

parentPort?.on('message', (command: SinkCommand) => {
  if (command.type === 'close') {
    void Promise.all(Object.values(sinks).map((sink) => sink.close(command.ms))).then(() => tell({ type: 'closed', states: states() }));
    return;
  }
  const lines = linesOf(linesIn(command.frame));
  for (const sink of Object.values(sinks)) sink.take(lines);
  tell({ type: 'taken', bytes: command.frame.byteLength, states: states() });
});
