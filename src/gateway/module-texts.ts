import type { SourceFile } from '../policy/source-set.js';

/** Modules as the compiler service takes them. The bytes are UTF-8: the source set has checked it. */
export function moduleTexts(files: readonly SourceFile[]): { path: string; text: string }[] {
  return files.map(({ path, bytes }) => ({ path, text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') }));
}
