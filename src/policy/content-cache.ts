import type { Deadline } from './deadline.js';
import { loadFile } from './load-file.js';
import { mapBounded } from './map-bounded.js';
import { systemCode, unreadable } from './source-errors.js';
import type { Scan, ScannedFile } from './scan.js';
import type { GatewayError } from '../errors.js';

interface Cached {
  readonly print: string;
  readonly bytes: Uint8Array;
  /** False when the file was so young that a second write could carry the same time stamps: it is read again next time. */
  readonly trusted: boolean;
}

/** Contents of all files of one scan; `torn` names a file that changed or vanished meanwhile and is missing here. */
export interface Contents {
  readonly bytes: ReadonlyMap<string, Uint8Array>;
  readonly problems: readonly GatewayError[];
  readonly torn: string | undefined;
}

/** Kernel time stamps move in ticks of up to 10 ms (HZ=100); some network file systems are coarser. */
const TICK_MS = 50;

/** Remembers the bytes of the last scan by fingerprint, so that a rescan reads what moved and nothing else. */
export class ContentCache {
  readonly #now: () => number;
  #cached = new Map<string, Cached>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Files without change keep the very same array: equality of contents is equality of references. */
  async contentsOf(scan: Scan, deadline: Deadline): Promise<Contents> {
    const problems: GatewayError[] = [];
    let torn: string | undefined;
    const kept = new Map<string, Cached>();
    const unknown = scan.files.filter((file) => {
      const known = this.#known(file);
      if (known !== undefined) kept.set(file.absolute, known);
      return known === undefined;
    });
    await mapBounded(unknown, async (file) => {
      deadline.check();
      try {
        const entry = await this.#entry(file);
        if (entry === undefined) torn = file.path;
        else kept.set(file.absolute, entry);
      } catch (thrown) {
        if (systemCode(thrown) === 'ENOENT') torn = file.path;
        else problems.push(unreadable(file.path, 'cannot be read', thrown));
      }
    });
    this.#cached = kept;
    const bytes = new Map<string, Uint8Array>();
    for (const file of scan.files) {
      const entry = kept.get(file.absolute);
      if (entry !== undefined) bytes.set(file.path, entry.bytes);
    }
    return { bytes, problems, torn };
  }

  #known(file: ScannedFile): Cached | undefined {
    const known = this.#cached.get(file.absolute);
    return known?.trusted === true && known.print === file.print ? known : undefined;
  }

  async #entry(file: ScannedFile): Promise<Cached | undefined> {
    const known = this.#cached.get(file.absolute);
    const trusted = this.#now() - file.changedAt >= TICK_MS;
    const bytes = await loadFile(file);
    if (bytes === undefined) return undefined;
    const same = known !== undefined && Buffer.compare(known.bytes, bytes) === 0;
    return { print: file.print, bytes: same ? known.bytes : bytes, trusted };
  }
}
