import { isLargeData } from '../../policy/large-data.js';
import type { DataImage, DataSource } from './data-image.js';

/** What a revision was loaded from, and what its data came to. */
interface Seen {
  /** Values have addresses in it. */
  readonly library: WebAssembly.Module;
  readonly json: Uint8Array;
  readonly image: DataImage;
}

/** Remembers the data of the latest revision, unless it is large: an edit of rules alone leaves it as it is, and need not parse it again. */
export class EarlierData {
  #latest: Seen | undefined;

  /** The text, with what equal text came to. */
  of(json: Uint8Array, library: WebAssembly.Module): DataSource {
    const latest = this.#latest;
    if (latest?.library !== library || !isEqual(latest.json, json)) return { json };
    return { json, earlier: latest.image };
  }

  note(seen: Seen): void {
    this.#latest = isLargeData(seen.json) ? undefined : seen;
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || Buffer.compare(a, b) === 0;
}
