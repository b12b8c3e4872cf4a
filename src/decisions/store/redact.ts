import { linesIn } from '../batch/runs.js';
import { linesFrame } from '../batch/frame.js';

const STAR = 0x2a;
const NEWLINE = 0x0a;
/** What is shorter would be found everywhere. */
const MIN_BYTES = 8;
const RESULT = Buffer.from(',"result":');
const CUSTOM = Buffer.from('"custom":{"domain":');

/** Makes secrets unreadable wherever they stand in the records of a frame, and has the records say so. */
export type Redact = (frame: Buffer) => Buffer;

/** Secrets as people write them; in JSON some characters stand otherwise. */
export function createRedact(secrets: readonly string[]): Redact {
  const spellings = new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]));
  const needles = [...spellings].map((text) => Buffer.from(text)).filter(({ length }) => length >= MIN_BYTES);
  return (frame) => (needles.some((needle) => frame.includes(needle)) ? linesFrame(redactLines(linesIn(frame), needles)) : frame);
}

function redactLines(bytes: Buffer, needles: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, start) + 1;
    parts.push(redactLine(bytes.subarray(start, end), needles));
    start = end;
  }
  return Buffer.concat(parts);
}

function redactLine(line: Buffer, needles: readonly Buffer[]): Buffer {
  const members = new Set<string>();
  const resultAt = line.lastIndexOf(RESULT);
  const customAt = line.indexOf(CUSTOM);
  for (const needle of needles) {
    for (let at = line.indexOf(needle); at !== -1; at = line.indexOf(needle, at + needle.length)) {
      line.fill(STAR, at, at + needle.length);
      if (at > customAt) members.add(resultAt !== -1 && at > resultAt ? '/result' : '/input');
    }
  }
  if (members.size === 0 || line.includes('"masked":[')) return line;
  const told = Buffer.from(`"masked":${JSON.stringify([...members])},`);
  return Buffer.concat([line.subarray(0, customAt), told, line.subarray(customAt)]);
}
