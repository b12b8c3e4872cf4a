import { slashPath } from './filter.js';
import { openDecisions } from './reader.js';

/** What rules were asked with once. */
export interface RecordedInput {
  /** Slash path of the document that was asked for, without `data`. */
  readonly path: string;
  readonly input: unknown;
}

/** Records that are looked at, the newest. */
const MAX_RECORDS = 2_000;
/** Of one path and verdict: what is decided all day long leaves room for what is decided once. */
const MAX_ALIKE = 50;
const MAX_INPUTS = 1_000;
/** Of the text of one record. */
const MAX_TEXT = 32 * 1024;

/** Inputs of kept decisions, newest first, no path twice with the same one. None where nothing is kept. Throws what reading a file throws. */
export async function recordedInputs(folder: string): Promise<readonly RecordedInput[]> {
  const alike = new Map<string, number>();
  const seen = new Set<string>();
  const found: RecordedInput[] = [];
  for await (const { record, text } of openDecisions(folder).read({ order: 'newest', limit: MAX_RECORDS })) {
    if (record.input === undefined || text.length > MAX_TEXT) continue;
    const path = slashPath(record.path);
    const kind = `${path}\0${record.custom.verdict}`;
    const known = alike.get(kind) ?? 0;
    const key = `${path}\0${JSON.stringify(record.input)}`;
    if (known >= MAX_ALIKE || seen.has(key)) continue;
    alike.set(kind, known + 1);
    seen.add(key);
    found.push({ path, input: record.input });
    if (found.length === MAX_INPUTS) break;
  }
  return found;
}
