import { filesOf } from './assemble.js';
import type { Scan } from './scan.js';
import type { SourceSet } from './source-set.js';

/**
 * Files that held something in the previous set and are empty or gone now. A truncate before a write, a folder between two
 * renames and a deletion look alike for a while: such a state is believed after it lasted one quiet period.
 */
export class Doubts {
  readonly #quietMs: number;
  readonly #since = new Map<string, number>();

  constructor(quietMs: number) {
    this.#quietMs = quietMs;
  }

  /** Milliseconds until the scan may be believed; 0 when nothing is in doubt. */
  waitFor(scan: Scan, previous: SourceSet | undefined, now: number): number {
    const sizes = new Map(scan.files.map((file) => [file.path, file.size]));
    const lost = new Set<string>();
    for (const { path, bytes } of previous === undefined ? [] : filesOf(previous)) {
      if (bytes.length > 0 && (sizes.get(path) ?? 0) === 0) lost.add(path);
    }
    for (const path of this.#since.keys()) if (!lost.has(path)) this.#since.delete(path);
    let wait = 0;
    for (const path of lost) {
      const since = this.#since.get(path) ?? now;
      this.#since.set(path, since);
      wait = Math.max(wait, since + this.#quietMs - now);
    }
    return wait;
  }
}
