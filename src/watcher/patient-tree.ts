import { Readable } from 'node:stream';
import { FSWatcher } from 'chokidar';
import type { ChokidarOptions } from 'chokidar';

type Listing = ReturnType<FSWatcher['_readdirp']>;
type ListingOptions = Parameters<FSWatcher['_readdirp']>[1];

/** A folder of so many entries is listed again so many ms after an event, and none waits longer. */
const LONGEST_WAIT_MS = 800;

/**
 * chokidar, which lists a folder anew at each event in it and asks for the state of every entry: with 1,000 files more than 30 ms of processor
 * time, twice for a save, and just when the save is to be read. Here a large folder is listed a while later, once for all events until then.
 * Nothing is heard later for that: the listener on the folder tells of the file at once, and listings only find what is to be listened to besides.
 */
export class PatientTree extends FSWatcher {
  readonly #entries = new Map<string, number>();

  constructor(trees: readonly string[], options: ChokidarOptions) {
    super(options);
    this.add([...trees]);
  }

  override _readdirp(root: string, options?: ListingOptions): Listing {
    const entries = this.#entries.get(root);
    const list = (): Listing => this.#counted(root, super._readdirp(root, options));
    if (entries === undefined) return list();
    const later = new Readable({ objectMode: true, read: () => undefined });
    setTimeout(() => passOn(list(), later), Math.min(entries, LONGEST_WAIT_MS)).unref();
    // Of what it is given chokidar asks no more than to be a stream.
    return later as unknown as NonNullable<Listing>;
  }

  #counted(root: string, listing: Listing): Listing {
    let entries = 0;
    listing?.on('data', () => entries++).once('end', () => this.#entries.set(root, entries));
    return listing;
  }
}

/** There is no listing of a tree that is closed, and one that is closed meanwhile has no end: nobody waits for it any more. */
function passOn(listing: Listing, to: Readable): void {
  listing
    ?.on('data', (entry) => to.push(entry))
    .once('end', () => to.push(null))
    .once('error', (error) => to.destroy(error));
}
