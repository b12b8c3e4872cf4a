/** One block of a PEM text. */
export interface PemBlock {
  /** The words between BEGIN and the dashes. */
  readonly type: string;
  readonly bytes: Buffer;
  /** What follows the block's last line. */
  readonly rest: string;
}

const BEGIN = '-----BEGIN ';
const END = '\n-----END ';
const DASHES = '-----';

/**
 * The first whole block of the text, or undefined. As in Go, the end line is looked for first and the last begin line before
 * it counts, so that a broken block does not swallow the next one.
 */
export function nextPemBlock(text: string): PemBlock | undefined {
  for (let from = 0; ;) {
    const end = text.indexOf(END, from);
    if (end < 0) return undefined;
    const block = blockBefore(text, from, end);
    if (block !== undefined) return block;
    from = end + END.length;
  }
}

/** Every block of the text. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let block = nextPemBlock(text); block !== undefined; block = nextPemBlock(block.rest)) blocks.push(block);
  return blocks;
}

function blockBefore(text: string, from: number, end: number): PemBlock | undefined {
  // Looked for in the piece alone: a search back to the start of the text for every end line would be quadratic.
  const offset = text.slice(from, end).lastIndexOf(BEGIN);
  const begin = from + offset;
  if (offset < 0 || (offset > 0 && text[begin - 1] !== '\n')) return undefined;
  const [typeLine = '', ...lines] = text.slice(begin + BEGIN.length, end).split('\n');
  const opening = typeLine.trimEnd();
  if (!opening.endsWith(DASHES)) return undefined;
  const type = opening.slice(0, -DASHES.length);
  const ending = text.slice(end + END.length);
  if (!ending.startsWith(type + DASHES)) return undefined;
  const after = ending.slice(type.length + DASHES.length);
  const lineBreak = after.indexOf('\n');
  if ((lineBreak < 0 ? after : after.slice(0, lineBreak)).trim() !== '') return undefined;
  // Header lines (`Proc-Type: ...`) come before the data and are of no use here.
  const data = lines
    .slice(
      Math.max(
        0,
        lines.findIndex((line) => !line.includes(':')),
      ),
    )
    .join('')
    .replace(/[ \t\r]/g, '');
  if (data.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(data)) return undefined;
  return { type, bytes: Buffer.from(data, 'base64'), rest: lineBreak < 0 ? '' : after.slice(lineBreak + 1) };
}
