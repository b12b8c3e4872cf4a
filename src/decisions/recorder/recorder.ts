import { asciiJson } from '../batch/ascii-json.js';
import { BatchWriter } from '../batch/batch-writer.js';
import * as layout from '../batch/layout.js';
import { DecisionIds } from '../decision-id.js';
import { verdictOf } from '../decision-log.js';
import type { DecisionFacts, DecisionLog } from '../decision-log.js';
import { createCallerText, traceText } from './caller-text.js';
import { fit } from './fit.js';
import type { Fitted } from './fit.js';

/** What every process that decides is told. */
export interface RecorderSettings {
  /** Share of the decisions that is recorded. */
  readonly sample: number;
  readonly maxBytesPerRecord: number;
  /** Which gateway decides. */
  readonly labels: { readonly id: string; readonly version: string };
}

export interface RecorderOptions {
  readonly settings: RecorderSettings;
  /** Is given a frame of so many records; `lost` were lost before them. Undefined when there are none. False when it cannot take it. */
  readonly emit: (frame: Buffer | undefined, records: number, lost: number) => boolean;
  /** Counts a decision, recorded or not. */
  readonly count: (path: string, verdict: string) => void;
}

/** Takes decisions down in memory, and gives them away a moment later. */
export interface Recorder extends DecisionLog {
  /** Gives away what there is now. */
  flush(): void;
}

/** How long a record waits for others: with the way to the file less than the 100 ms that may be lost with the process. */
const FLUSH_MS = 40;
const BATCH_BYTES = 256 * 1024;
const BYTES_A_CHARACTER = 3;
const MAX_MESSAGE = 2_048;
/** Rule labels that are longer are left out: half a set of them would be a wrong one. */
const MAX_LABELS = 8_192;
const MAX_TICKS = 0xffff_ffff;
const MAX_BACK_MS = 0x7fff_ffff;

/**
 * What was asked and answered is text already: it is copied as it is. Putting a record down neither parses nor prints anything: it writes a
 * few numbers, of what many records have in common that of a text that stands in the batch once.
 */
export function createRecorder({ settings, emit, count }: RecorderOptions): Recorder {
  const { sample, maxBytesPerRecord, labels } = settings;
  const batch = new BatchWriter(Math.max(BATCH_BYTES, BYTES_A_CHARACTER * maxBytesPerRecord));
  const ids = new DecisionIds();
  const callerText = createCallerText();
  const labelText = `{"id":${asciiJson(labels.id)},"version":${asciiJson(labels.version)}}`;
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;

  function giveAway(): void {
    const records = batch.rows;
    if (records === 0 && lost === 0) return;
    const lostBefore = lost;
    lost = emit(records === 0 ? undefined : batch.take(), records, lostBefore) ? 0 : lostBefore + records;
  }

  function flush(): void {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    giveAway();
    ids.renew();
  }

  function put(ms: number, facts: DecisionFacts, verdict: string): void {
    const { caller, path, domain, revision, tookMs, ruleLabels } = facts;
    const fitted = fit(facts, maxBytesPerRecord);
    const { input, result } = fitted;
    if (!batch.fits((input?.length ?? 0) + (result?.length ?? 0) * BYTES_A_CHARACTER)) giveAway();
    if (batch.rows === 0) batch.begin(ids.ms, ids.tail, labelText);
    batch.time(ids.ms);
    batch.short(layout.COUNT, ids.count);
    batch.number(layout.RECORD_MS, Math.abs(ms - ids.ms) > MAX_BACK_MS ? 0 : ms - ids.ms);
    batch.number(layout.DURATION, Math.min(MAX_TICKS, Math.max(0, Math.round((tookMs * 1e6) / layout.TICK_NS))));
    batch.text(layout.PATH, path);
    batch.text(layout.REVISION, revision);
    batch.text(layout.PREFIX, prefixOf(facts));
    batch.text(layout.PEER, caller.remoteAddress);
    batch.text(layout.DOMAIN, domain);
    batch.text(layout.VERDICT, verdict);
    batch.text(layout.RULE_LABELS, ruleLabels === undefined || ruleLabels.length > MAX_LABELS ? undefined : ruleLabels);
    batch.text(layout.CALLER, callerText(caller.headers));
    batch.text(layout.SUFFIX, suffixOf(facts, fitted));
    batch.requestId(caller.requestId);
    batch.input(input);
    batch.result(result);
    batch.end();
  }

  return {
    flush,
    note(facts) {
      const ms = Date.now();
      const id = ids.next(ms);
      const verdict = facts.verdict ?? verdictOf(facts.result);
      count(facts.path, verdict);
      if (sample < 1 && Math.random() >= sample) return id;
      try {
        put(ms, facts, verdict);
      } catch {
        // A decision does not fail for want of its record.
        batch.undo();
        lost += 1;
      }
      timer ??= setTimeout(flush, FLUSH_MS).unref();
      return id;
    },
  };
}

/** Members that few records have, each with a comma after it; undefined for none. */
function prefixOf({ batchId, caller: { headers } }: DecisionFacts): string | undefined {
  if (batchId === undefined && headers['traceparent'] === undefined) return undefined;
  return (batchId === undefined ? '' : `"batch_decision_id":"${batchId}",`) + traceText(headers);
}

const STRICT = ',"strict_builtin_errors":true}';
const LENIENT = '}';

function suffixOf({ strictBuiltinErrors, error }: DecisionFacts, { oversized }: Fitted): string {
  if (oversized === undefined && error === undefined) return strictBuiltinErrors ? STRICT : LENIENT;
  return (
    (strictBuiltinErrors ? STRICT.slice(0, -1) : '') +
    (oversized === undefined ? '}' : `,"oversized":${JSON.stringify(oversized)}}`) +
    (error === undefined ? '' : errorText(error))
  );
}

function errorText({ code, message }: NonNullable<DecisionFacts['error']>): string {
  return `,"error":{"code":${asciiJson(code)},"message":${asciiJson(message.slice(0, MAX_MESSAGE))}}`;
}
