import { linesFrame } from './batch/frame.js';
import type { DecisionLog } from './decision-log.js';
import { createMasker } from './mask/masker.js';
import type { Masker } from './mask/masker.js';
import type { MaskSettings } from './mask/protocol.js';
import { createRecorder } from './recorder/recorder.js';
import type { RecorderSettings } from './recorder/recorder.js';
import type { SinkSettings, SinkStates } from './sinks/sink.js';
import { createSinkThread } from './sinks/sink-thread.js';
import { createRedact } from './store/redact.js';
import { createSegmentWriter } from './store/segment-writer.js';

export interface DecisionKeeperOptions {
  readonly folder: string;
  readonly keepMs: number;
  readonly maxBytes: number;
  readonly recorder: RecorderSettings;
  readonly masks: MaskSettings;
  /** What may stand in no record. */
  readonly secrets: readonly string[];
  readonly count: (path: string, verdict: string) => void;
  /** Where records go besides the folder. */
  readonly sinks?: SinkSettings | undefined;
  /** Told when records begin to get lost, and what for. */
  readonly onTrouble: (reason: LossReason, message: string) => void;
}

/** Where records get lost: before they were handed on, while they were masked, at the disk, on their way elsewhere. */
export type LossReason = 'buffer' | 'mask' | 'disk' | 'sink';

/** How the recording goes. */
export interface DecisionLogState {
  /** False while records cannot be written to the folder; of what else becomes of them the sinks tell. */
  readonly ok: boolean;
  readonly lastError?: string | undefined;
  readonly written: number;
  /** Left out since the policy says so. */
  readonly dropped: number;
  readonly lost: Readonly<Record<Exclude<LossReason, 'sink'>, number>>;
  /** Bytes of the records that are kept, as they were counted last. */
  readonly bytes: number;
  /** By the name of the sink; none where records go nowhere but to the folder. */
  readonly sinks: SinkStates;
}

/** Takes the decisions of this process down, and those of the others, and keeps them. */
export interface DecisionKeeper extends DecisionLog {
  /** A frame of so many records, which it owns from now on; so many more were lost before them. */
  take(frame: Uint8Array | undefined, records: number, lost: number): void;
  readonly prepareMasks: Masker['prepare'];
  readonly state: DecisionLogState;
  /** Keeps what it has. Idempotent. */
  close(): Promise<void>;
}

/** Bytes that may be on their way through the masks. */
const MAX_MASKING = 8 * 1024 * 1024;

export function createDecisionKeeper(options: DecisionKeeperOptions): DecisionKeeper {
  const { folder, keepMs, maxBytes, onTrouble } = options;
  const writer = createSegmentWriter({ folder, keepMs, maxBytes, onTrouble: (message) => onTrouble('disk', message) });
  const masker = createMasker(options.masks);
  const redact = createRedact(options.secrets);
  const sinks = options.sinks === undefined ? undefined : createSinkThread(options.sinks, (message) => onTrouble('sink', message));
  const lost = { buffer: 0, mask: 0 };
  let dropped = 0;
  let masking = 0;
  let masked: Promise<void> = Promise.resolve();
  let closing: Promise<void> | undefined;

  function lose(reason: 'buffer' | 'mask', records: number, message: string): void {
    if (records === 0) return;
    lost[reason] += records;
    onTrouble(reason, message);
  }

  function keep(frame: Buffer, records: number): void {
    if (records === 0) return;
    const redacted = redact(frame);
    writer.push(redacted, records);
    sinks?.push(redacted, records);
  }

  async function maskThenKeep(frame: Buffer, records: number): Promise<void> {
    masking += frame.byteLength;
    try {
      const made = await masker.mask(frame);
      dropped += made.dropped;
      lose('mask', made.failed, made.error ?? '');
      keep(linesFrame(made.lines), made.records);
    } catch (thrown) {
      lose('mask', records, thrown instanceof Error ? thrown.message : String(thrown));
    } finally {
      masking -= frame.byteLength;
    }
  }

  function take(bytes: Uint8Array | undefined, records: number, lostBefore: number): void {
    lose('buffer', lostBefore, 'decisions came faster than their records could be taken');
    if (bytes === undefined) return;
    const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!masker.active) keep(frame, records);
    else if (masking > MAX_MASKING) lose('mask', records, 'decisions came faster than their records could be masked');
    else masked = Promise.all([masked, maskThenKeep(frame, records)]).then(() => undefined);
  }

  const recorder = createRecorder({
    settings: options.recorder,
    count: options.count,
    emit(frame, records, lostBefore) {
      take(frame, records, lostBefore);
      return true;
    },
  });

  async function close(): Promise<void> {
    recorder.flush();
    await masked;
    await masker.close();
    await Promise.all([writer.close(), sinks?.close()]);
  }

  return {
    note: (facts) => recorder.note(facts),
    take,
    prepareMasks: (revision) => masker.prepare(revision),
    get state() {
      const { ok, lastError, written, lost: disk, bytes } = writer.state;
      return { ok, lastError, written, dropped, lost: { ...lost, disk }, bytes, sinks: sinks?.states ?? {} };
    },
    close: () => (closing ??= close()),
  };
}
