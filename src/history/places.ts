import path from 'node:path';

/** The parts of a history in its folder. */
export function foldersOf(folder: string): { readonly blobs: string; readonly entries: string; readonly heads: string } {
  return { blobs: path.join(folder, 'blobs'), entries: path.join(folder, 'entries'), heads: path.join(folder, 'heads') };
}

/** Where a gateway says what serves. */
export function headFile(heads: string, instance: string): string {
  return path.join(heads, `${instance}.json`);
}

/** Bytes under their own hash. */
export function blobFile(blobs: string, hash: string): string {
  return path.join(blobs, hash);
}

export function entryFile(entries: string, number: number): string {
  return path.join(entries, `${String(number).padStart(10, '0')}.json`);
}
