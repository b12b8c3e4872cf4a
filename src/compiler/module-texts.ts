import type { SourceFile } from '../policy/source-set.js';
import type { RegoModule } from './protocol.js';

/** Modules as the compiler service takes them. The bytes are UTF-8: the source set has checked it. */
export function moduleTexts(files: readonly SourceFile[]): RegoModule[] {
  return files.map(({ path, bytes, regoVersion }) => ({
    path,
    text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
    ...(regoVersion === undefined ? {} : { regoVersion }),
  }));
}
