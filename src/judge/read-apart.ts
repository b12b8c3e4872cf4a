import type { SourceFile } from '../policy/source-set.js';

type Files = readonly SourceFile[];

/**
 * What files come to, found out once: by the list of files, which is the source set's own, and by their bytes, since most saves leave such
 * files alone, and each of these its bytes.
 */
export function rememberLast<Result>(read: (files: Files) => Promise<Result>): (files: Files) => Promise<Result> {
  const memo = new WeakMap<Files, Promise<Result>>();
  let last: { readonly files: Files; readonly read: Promise<Result> } | undefined;
  return (files) => {
    const known = memo.get(files) ?? (last !== undefined && isSame(last.files, files) ? last.read : read(files));
    memo.set(files, known);
    last = { files, read: known };
    // The next one who asks tries again.
    known.catch(() => {
      memo.delete(files);
      last = undefined;
    });
    return known;
  };
}

/** Bytes of files: small ones are read in place. */
export function sizeOf(files: Files): number {
  return files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}

function isSame(before: Files, now: Files): boolean {
  return before.length === now.length && before.every(({ path, bytes }, index) => path === now[index]?.path && bytes === now[index].bytes);
}
