import path from 'node:path';
import type { Scan, ScannedFile } from '../policy/scan.js';

/** What the system said of a name, to the listener on the folder that holds it or on the file itself. */
export interface Sighting {
  /** Absolute, as the folder is listened to. */
  readonly file: string;
  /** True for a name that came or went, false for a file that was written to. */
  readonly moved: boolean;
  /** The listener on the file said it: of the file that was there when it was begun to be listened to, whatever lies under its name now. */
  readonly own?: boolean;
}

const SOURCE = /^[^.].*\.(?:rego|json|ya?ml)$/u;

/**
 * The events of one burst of changes. A file that was written under another name and moved into place is whole as soon as it is there; one that
 * is written where it lies is whole when nobody has it open for writing any more. Where the system cannot say that, only time tells.
 */
export class Burst {
  readonly #moved = new Set<string>();
  readonly #written = new Set<string>();
  #doubtful = false;

  /** Takes the next event; undefined for what says nothing of a file. */
  see(sighting: Sighting | undefined): void {
    // Behind a move come the end of the file that was replaced and whatever chokidar makes of both.
    if (sighting === undefined) this.#doubtful ||= this.#moved.size + this.#written.size === 0;
    else if (SOURCE.test(path.basename(sighting.file))) this.#count(sighting);
  }

  #count({ file, moved, own = false }: Sighting): void {
    if (!own && moved) this.#moved.add(file);
    else if (!own || !this.#moved.has(file)) this.#written.add(file);
  }

  /** So far, all that happened is one file's. Several may be parts of one change that has not ended yet. */
  get isSwift(): boolean {
    return this.file !== undefined;
  }

  /** The file that all that happened so far is of. */
  get file(): string | undefined {
    const [file, ...others] = this.#names();
    return this.#doubtful || others.length > 0 ? undefined : file;
  }

  /** Files that were written to where they lie: of whoever wrote them it is to be asked whether he is done. */
  get written(): readonly string[] {
    return [...this.#written];
  }

  /** All that differs between two looks is one file that was moved into place, or written to by somebody who is done. */
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
    if (!this.#names().has(file.absolute) || file.size === 0) return false;
    if (identityOf(was) !== identityOf(file)) return true;
    // Some tools empty a file, or cut it, and write the rest under a second opening.
    return this.#written.has(file.absolute) && was !== undefined && file.size * SHRINKS >= was.size;
  }

  #names(): ReadonlySet<string> {
    return new Set([...this.#moved, ...this.#written]);
  }
}

/** A file that is less than one part in so many of what it was may be on its way to be written anew. */
const SHRINKS = 2;

/** Device and inode, which a move changes. */
function identityOf(file: ScannedFile | undefined): string | undefined {
  return file?.print.split(':', 2).join(':');
}
