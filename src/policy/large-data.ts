/**
 * JSON text of a data document from which on it is held as seldom as can be: a byte of it takes up to 14 bytes wherever it is loaded, and
 * this much takes 50 ms to parse. Such data is parsed once, on a thread of its own; processes and previous revisions go without it.
 */
const LARGE_DATA_BYTES = 4 * 1024 * 1024;

export function isLargeData(data: Uint8Array): boolean {
  return data.byteLength > LARGE_DATA_BYTES;
}
