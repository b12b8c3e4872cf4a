/** What is smaller is copied to another thread within half a millisecond. */
const SHARED_FROM_BYTES = 1024 * 1024;

/** Room for so many bytes, all zero: where there are many, every thread that is handed the array sees the same ones. */
export function roomFor(bytes: number): Uint8Array {
  return bytes < SHARED_FROM_BYTES ? new Uint8Array(bytes) : new Uint8Array(new SharedArrayBuffer(bytes));
}
