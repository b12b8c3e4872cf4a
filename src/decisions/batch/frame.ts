/**
 * What is written into a segment, and handed from process to process, are frames: four letters that say what is in it, the length of what
 * follows in four bytes (little-endian), and that. One that was torn off when its process died is none.
 */
export type FrameKind = 'batch' | 'lines';

export const FRAME_HEAD = 8;

const LETTERS = 4;
const MARKS: Readonly<Record<FrameKind, Buffer>> = { batch: Buffer.from('DLB1'), lines: Buffer.from('DLT1') };
/** The mark of either begins so. */
const ANY_MARK = Buffer.from('DL');

export interface Frame {
  readonly kind: FrameKind;
  readonly content: Buffer;
  /** Where it begins. */
  readonly start: number;
  /** Where the next one begins. */
  readonly end: number;
}

/** Writes the head into the first bytes of a frame that is complete otherwise. */
export function putHead(frame: Buffer, kind: FrameKind): void {
  frame.set(MARKS[kind], 0);
  frame.writeUInt32LE(frame.length - FRAME_HEAD, LETTERS);
}

/** A frame of records as they are read, one JSON line each. */
export function linesFrame(lines: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafeSlow(FRAME_HEAD + lines.length);
  frame.set(lines, FRAME_HEAD);
  putHead(frame, 'lines');
  return frame;
}

/** The whole frames, in their order. What is none is passed over. */
export function* framesOf(bytes: Buffer): Generator<Frame, void> {
  for (let at = 0; at + FRAME_HEAD <= bytes.length;) {
    const kind = kindAt(bytes, at);
    const contentAt = at + FRAME_HEAD;
    const end = contentAt + bytes.readUInt32LE(at + LETTERS);
    if (kind !== undefined && end <= bytes.length && isSeam(bytes, end)) {
      yield { kind, content: bytes.subarray(contentAt, end), start: at, end };
      at = end;
    } else {
      at = nextMark(bytes, at + 1);
      if (at === -1) return;
    }
  }
}

/** Behind a frame comes another one, or nothing yet: else it was torn off, and its length counts others in. */
function isSeam(bytes: Buffer, at: number): boolean {
  return bytes.length - at < LETTERS || kindAt(bytes, at) !== undefined;
}

const BATCH_LETTERS = MARKS.batch.readUInt32LE(0);
const LINES_LETTERS = MARKS.lines.readUInt32LE(0);

function kindAt(bytes: Buffer, at: number): FrameKind | undefined {
  const letters = bytes.readUInt32LE(at);
  if (letters === BATCH_LETTERS) return 'batch';
  return letters === LINES_LETTERS ? 'lines' : undefined;
}

/** Looks for what all marks begin with: to look for each of them would read the rest again and again where one of them is not there. */
function nextMark(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(ANY_MARK, from); at !== -1; at = bytes.indexOf(ANY_MARK, at + 1))
    if (at + LETTERS <= bytes.length && kindAt(bytes, at) !== undefined) return at;
  return -1;
}
