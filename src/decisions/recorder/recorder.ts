import { createDecisionIds } from '../decision-id.js';
import type { DecisionFacts, DecisionLog } from '../decision-log.js';
import { BUNDLE } from '../record.js';
import { FIRST_MEMBER } from '../store/lines.js';
import { asciiJson, inAscii } from './ascii-json.js';
import { createCallerText, peerText, traceText } from './caller-text.js';
import { Chunk } from './chunk.js';
import { fit } from './fit.js';

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
  /** Takes whole lines of so many records, which it may use until it returns; `lost` were lost before them. False when it cannot. */
  readonly emit: (lines: Uint8Array, records: number, lost: number) => boolean;
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
const CHUNK_BYTES = 256 * 1024;
/** A head is put together of parts that are bounded each; this is more than all of them. */
const HEAD_BYTES = 64 * 1024;
const BYTES_A_CHARACTER = 3;
const MAX_MESSAGE = 2_048;
/** Characters, of which one is six bytes at most. */
const MAX_LABELS = 8_192;
/** Room for the id, the time and what follows input and result. */
const REST_BYTES = 256;
/** Callers choose the paths, so only so many are kept. */
const MAX_ORIGINS = 256;

/**
 * What was asked and answered is text already: it is copied as it is. Putting a record down takes about a microsecond, and neither parses
 * nor prints anything.
 */
export function createRecorder({ settings, emit, count }: RecorderOptions): Recorder {
  const { sample, maxBytesPerRecord, labels } = settings;
  const chunk = new Chunk(Math.max(CHUNK_BYTES, BYTES_A_CHARACTER * maxBytesPerRecord + HEAD_BYTES));
  const nextId = createDecisionIds();
  const callerText = createCallerText();
  const labelText = `{"id":${asciiJson(labels.id)},"version":${asciiJson(labels.version)}}`;
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;
  let stampMs = 0;
  let stamp = '';
  let revision: string | undefined;
  const origins = new Map<string, Uint8Array>();

  function timeText(ms: number): string {
    if (ms !== stampMs) {
      stampMs = ms;
      stamp = new Date(ms).toISOString();
    }
    return stamp;
  }

  /** The members that tell what was asked of whom: the same bytes for all decisions of one path and revision. */
  function originOf(path: string, id: string | undefined): Uint8Array {
    if (id !== revision || origins.size >= MAX_ORIGINS) {
      revision = id;
      origins.clear();
    }
    const known = origins.get(path);
    if (known !== undefined) return known;
    const bundles = id === undefined ? '' : `"bundles":{"${BUNDLE}":{"revision":${asciiJson(id)}}},`;
    const made = Buffer.from(`","path":${asciiJson(path)},"labels":${labelText},${bundles}`);
    origins.set(path, made);
    return made;
  }

  function flush(): void {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    const { records } = chunk;
    if (records === 0 && lost === 0) return;
    const lostBefore = lost;
    lost = emit(chunk.take(), records, lostBefore) ? 0 : lostBefore + records;
  }

  function put(id: string, ms: number, facts: DecisionFacts): void {
    const { caller, path, domain, verdict, error, startMs, strictBuiltinErrors, batchId, ruleLabels } = facts;
    const { input, result, oversized } = fit(facts, maxBytesPerRecord);
    const ns = Math.max(0, Math.round((performance.now() - startMs) * 1e6));
    const origin = originOf(path, facts.revision);
    const head =
      (batchId === undefined ? '' : `"batch_decision_id":"${batchId}",`) +
      `${traceText(caller.headers)}${peerText(caller)}"metrics":{"timer_server_handler_ns":${ns}},${labelsText(ruleLabels)}"custom":{"domain":"${domain}","verdict":` +
      `${asciiJson(verdict)},"request_id":${asciiJson(caller.requestId)}${callerText(caller.headers)}` +
      (strictBuiltinErrors ? ',"strict_builtin_errors":true' : '') +
      (oversized === undefined ? '}' : `,"oversized":${JSON.stringify(oversized)}}`) +
      (error === undefined ? '' : errorText(error)) +
      (input === undefined ? '' : ',"input":');
    const most = head.length + origin.length + (result?.length ?? 0) * BYTES_A_CHARACTER + (input?.length ?? 0) + REST_BYTES;
    if (!chunk.fits(most)) flush();
    if (!chunk.fits(most)) throw new RangeError('Expected a record to fit');
    chunk.ascii(`${FIRST_MEMBER}${id}","timestamp":"${timeText(ms)}`);
    chunk.bytes(origin);
    chunk.ascii(head);
    if (input !== undefined) chunk.json(input);
    if (result === undefined) chunk.ascii('}');
    else chunk.text(`,"result":${result}}`);
    chunk.end();
  }

  return {
    flush,
    note(facts) {
      const ms = Date.now();
      const id = nextId(ms);
      count(facts.path, facts.verdict);
      if (sample < 1 && Math.random() >= sample) return id;
      try {
        put(id, ms, facts);
      } catch {
        // A decision does not fail for want of its record.
        chunk.undo();
        lost += 1;
      }
      timer ??= setTimeout(flush, FLUSH_MS).unref();
      return id;
    },
  };
}

/** Cut off where they are too long for the head of a record: half a set of labels would be a wrong one. */
function labelsText(ruleLabels: string | undefined): string {
  if (ruleLabels === undefined || ruleLabels.length > MAX_LABELS) return '';
  return `"rule_labels":${inAscii(ruleLabels)},`;
}

function errorText({ code, message }: NonNullable<DecisionFacts['error']>): string {
  return `,"error":{"code":${asciiJson(code)},"message":${asciiJson(message.slice(0, MAX_MESSAGE))}}`;
}
