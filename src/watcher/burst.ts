import path from 'node:path';
import type { Scan, ScannedFile } from '../policy/scan.js';

/** What the system said of a name, to the listener on the folder that holds it. */
export interface Sighting {
  /** Absolute, as the folder is listened to. */
  readonly file: string;
  /** True for a name that came or went, false for a file that was written to. */
  readonly moved: boolean;
}

const SOURCE = /^[^.].*\.(?:rego|json|ya?ml)$/u;

/**
 * The events of one burst of changes. A file that was written under another name and moved into place is whole as soon as it is there; one that
 * is written where it lies is whole when nobody writes any more, which only time tells. The two look alike to `stat`, not to the folder: it
 * reports a write for the second.
 */
export class Burst {
  readonly #moved = new Set<string>();
  #doubtful = false;

  /** Takes the next event; undefined for what says nothing of a file. */
  see(sighting: Sighting | undefined): void {
    // Behind a move come the end of the file that was replaced and whatever chokidar makes of both.
    if (sighting === undefined) this.#doubtful ||= this.#moved.size === 0;
    else if (SOURCE.test(path.basename(sighting.file))) {
      if (sighting.moved) this.#moved.add(sighting.file);
      else this.#doubtful = true;
    }
  }

  /** So far, one file came or went, and none was written to. Several may be parts of one change that has not ended yet. */
  get isSwift(): boolean {
    return this.#moved.size === 1 && !this.#doubtful;
  }

  /** All that differs between two looks is one file that was moved into place. */
  explains(before: Scan, after: Scan): boolean {
    if (!this.isSwift || before.root !== after.root || after.problems.length > 0) return false;
    const known = new Map(before.files.map((file) => [file.absolute, file]));
    for (const file of after.files) {
      const was = known.get(file.absolute);
      known.delete(file.absolute);
      if (was?.print !== file.print && !this.#cameWhole(was, file)) return false;
    }
    return known.size === 0;
  }

  #cameWhole(was: ScannedFile | undefined, file: ScannedFile): boolean {
    return this.#moved.has(file.absolute) && file.size > 0 && identityOf(was) !== identityOf(file);
  }
}

/** Device and inode, which a move changes. */
function identityOf(file: ScannedFile | undefined): string | undefined {
  return file?.print.split(':', 2).join(':');
}
