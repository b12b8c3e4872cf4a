import { GatewayError } from '../../errors.js';
import { transcodeDump } from '../../value/transcode.js';
import type { GuestMemory } from './guest-memory.js';

// A result set is a set of at most one object, as the guest dumps it.
const HEAD = '{{"result": ';
const TAIL = '}}';
const NOTHING = 'set()';

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

/** The decision in a dumped result set as JSON text; undefined when the set is empty. Throws `value_*`. */
export function readResult(memory: GuestMemory, address: number): string | undefined {
  const bytes = memory.bytes;
  const start = address >>> 0;
  const end = bytes.indexOf(0, start);
  if (end - start === NOTHING.length) return undefined;
  const from = start + HEAD.length;
  const to = end - TAIL.length;
  // Most decisions are one of two words: no text is made for them.
  if (to - from === TRUE.length && bytes[from] === TRUE[0]) return 'true';
  if (to - from === FALSE.length && bytes[from] === FALSE[0]) return 'false';
  if (!bytes.toString('latin1', start, from).startsWith(HEAD))
    throw new GatewayError('value_invalid', 'Expected a result set of one decision');
  const dump = bytes.toString('utf8', from, to);
  return dump.length <= REMEMBERED_LENGTH ? remembered(dump) : transcodeDump(dump);
}

// Decisions are few and come again: looking a text up costs a tenth of transcoding it. At most 2 MiB of text.
const REMEMBERED_LENGTH = 1024;
const REMEMBERED = 1024;
const transcoded = new Map<string, string>();

function remembered(dump: string): string {
  const known = transcoded.get(dump);
  if (known !== undefined) return known;
  if (transcoded.size === REMEMBERED) transcoded.clear();
  const json = transcodeDump(dump);
  transcoded.set(dump, json);
  return json;
}
