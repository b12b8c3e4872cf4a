import type { Outcome } from '../engine/engine.js';
import type { KeptRevision } from '../engine/keeper.js';
import type { Pin } from '../engine/pin.js';
import { GatewayError } from '../errors.js';
import type { CompiledPolicy } from '../policy/revision.js';
import type { SourceSet } from '../policy/source-set.js';
import { Attempts } from './attempts.js';
import type { History, HistoryOptions, HistoryState } from './contract.js';
import { BlobStore } from './blob-store.js';
import type { Entry, EntryNotes, ImpactResult, TestResult } from './entry.js';
import { EntryLog } from './entry-log.js';
import type { StageBeside } from './entry-log.js';
import { Heads } from './heads.js';
import type { Head, Standing } from './heads.js';
import type { KeptHead } from './kept-head.js';
import { blobsOf, isPassed } from './manifest.js';
import type { Manifest } from './manifest.js';
import { newest } from './newest.js';
import { manifestAt, pack, partsRef, unpackPolicy, unpackSources } from './pack.js';
import type { Keepable, Packed, PartsRef } from './pack.js';
import { foldersOf } from './places.js';
import { prune } from './prune.js';
import { isRepeated, outcomeEntry } from './outcome-entry.js';

export type { History } from './contract.js';

export function openHistory(options: HistoryOptions): History {
  return new StoredHistory(options);
}

class StoredHistory implements History {
  readonly #options: HistoryOptions;
  readonly #blobs: BlobStore;
  readonly #entries: EntryLog;
  readonly #heads: Heads;
  readonly #needs = new Map();
  /** What this process keeps from being pruned. */
  #serving: string | undefined;
  #number: number | undefined;
  #pin: Pin | undefined;
  #packed: Packed | undefined;
  /** Blobs of the revision that the head on the disk says serves: nobody prunes them. */
  #held: ReadonlySet<string> = new Set();
  #tidying: Promise<void> = Promise.resolve();
  readonly #attempts: Attempts;
  #swept = false;
  /** Until something serves. */
  #head: KeptHead | undefined;
  #noted: { readonly revision: string; readonly found: EntryNotes } | undefined;

  constructor(options: HistoryOptions) {
    const { folder, log } = options;
    this.#options = options;
    this.#attempts = new Attempts(log);
    const { blobs, entries, heads } = foldersOf(folder);
    this.#blobs = new BlobStore(blobs);
    this.#entries = new EntryLog(entries, log);
    this.#heads = new Heads(heads, log);
  }

  get state(): HistoryState {
    return this.#attempts.stateOf(this.#serving);
  }

  entries(): Promise<readonly Entry[]> {
    return this.#entries.all();
  }

  async own(): Promise<readonly Entry[]> {
    return (await this.#entries.all()).filter(({ instance }) => instance === this.#options.instance);
  }

  heads(): Promise<readonly Head[]> {
    return this.#heads.all();
  }

  async keep(revision: Keepable): Promise<void> {
    await this.#attempts.keep(revision.source.id, () => this.#store(revision));
  }

  async record(outcome: Outcome, tried: SourceSet | undefined): Promise<number | undefined> {
    return this.#attempts.make('write an entry', async () => {
      const serves = outcome.status === 'reloaded' || outcome.recovered === true;
      if (serves) this.#serving = outcome.revision;
      if (serves) this.#head = undefined;
      const marks = serves || this.#number === undefined;
      const mark = { written: false };
      const beside: StageBeside = (taken) => {
        mark.written = true;
        return this.#heads.stage(this.#headAt(taken));
      };
      const number = await this.#entryFor(outcome, tried, marks ? beside : undefined);
      if (marks) {
        this.#number = number ?? this.#number;
        if (!mark.written) await this.#writeHead();
        this.#held = this.#blobsOf(this.#serving);
      }
      this.#tidy();
      return number;
    });
  }

  load(id: string): Promise<KeptRevision> {
    return this.#newestOf(id, (entry) => this.loadEntry(entry));
  }

  loadSources(id: string): Promise<SourceSet> {
    return this.#newestOf(id, (entry) => this.sources(entry));
  }

  async #newestOf<T>(id: string, give: (entry: Entry) => Promise<T>): Promise<T> {
    const kept = (await this.#entries.all()).filter((entry) => entry.revision === id && entry.maker !== undefined);
    const found = await newest(kept, this.#options.log, give);
    if (found === undefined) throw new GatewayError('history_unknown', `the history has no compiled revision ${id}`);
    return found;
  }

  async loadEntry(entry: Entry): Promise<KeptRevision> {
    const manifest = await this.manifest(entry);
    const { built } = manifest;
    if (built === undefined) throw new GatewayError('history_unknown', `revision ${manifest.revision} was never compiled`);
    const [source, policy, data] = await Promise.all([
      unpackSources(this.#blobs, manifest),
      unpackPolicy(this.#blobs, built),
      this.#blobs.get(built.data),
    ]);
    return { id: manifest.revision, source, policy, data, warnings: built.warnings };
  }

  async sources(entry: Entry): Promise<SourceSet> {
    return unpackSources(this.#blobs, await this.manifest(entry));
  }

  async manifest(entry: Entry): Promise<Manifest> {
    if (entry.manifest === undefined) throw new GatewayError('history_unknown', `the sources of attempt ${entry.number} were not kept`);
    return manifestAt(this.#blobs, entry.manifest);
  }

  compiled(modulesId: string, maker: string | undefined): Promise<CompiledPolicy | undefined> {
    return this.#attempts.make('look for what was compiled before', () => this.#compiledBefore(modulesId, maker));
  }

  expect(head: KeptHead | undefined): void {
    this.#head = head;
  }

  async #compiledBefore(modulesId: string, maker: string | undefined): Promise<CompiledPolicy | undefined> {
    const fits = (by: string | undefined): boolean => by !== undefined && (maker === undefined || by === maker);
    const head = await this.#head?.policy;
    if (head?.modulesId === modulesId && fits(head.maker)) return head;
    const kept = (await this.#entries.all()).filter((entry) => entry.modulesId === modulesId && fits(entry.maker));
    const unpacked = newest(kept, this.#options.log, async (entry) => {
      const { built } = await this.manifest(entry);
      return built === undefined ? undefined : unpackPolicy(this.#blobs, built);
    });
    // What is wrong was said, and nothing depends on it: it is compiled.
    return unpacked.catch(() => undefined);
  }

  async passed(revision: string): Promise<boolean> {
    const isIt = (entry: Entry): boolean => entry.revision === revision && entry.maker !== undefined;
    const head = this.#head?.manifest;
    const manifest =
      head?.revision === revision
        ? head
        : await this.#attempts.make('look for what was let through', async () => {
            const kept = (await this.#entries.all()).findLast(isIt);
            return kept && this.manifest(kept);
          });
    return manifest !== undefined && isPassed(manifest, this.#options.version);
  }

  async merged(revision: string): Promise<Uint8Array | undefined> {
    const head = this.#head?.manifest;
    if (head?.built === undefined || head.revision !== revision || !isPassed(head, this.#options.version)) return undefined;
    const { data } = head.built;
    return this.#attempts.make('look for data that was merged before', () => this.#blobs.get(data));
  }

  async lastGood(): Promise<readonly string[]> {
    return (await this.#attempts.make('look for what served last', () => this.#servedBefore())) ?? [];
  }

  async #servedBefore(): Promise<readonly string[]> {
    const { instance, policyDir } = this.#options;
    const heads = await this.#heads.all();
    const own = heads.find((head) => head.instance === instance) ?? heads.find((head) => head.policyDir === policyDir);
    if (own === undefined) return [];
    const served = (await this.#entries.all()).filter((entry) => entry.status === 'reloaded' && entry.instance === own.instance);
    const ids = [own.serving, ...served.toReversed().map(({ revision }) => revision)];
    return [...new Set(ids.filter((id) => id !== undefined))];
  }

  async savePin(pin: Pin | undefined): Promise<void> {
    this.#pin = pin;
    await this.#attempts.make('save the pin', () => this.#writeHead());
  }

  async loadPin(): Promise<Pin | undefined> {
    const head = await this.#heads.read(this.#options.instance);
    this.#pin = head?.pin === undefined ? undefined : { ...head.pin, at: new Date(head.pin.at) };
    this.#serving = head?.serving;
    this.#number = head?.number;
    return this.#pin;
  }

  noteTests(revision: string, result: TestResult): Promise<void> {
    return this.#note(revision, { tests: result });
  }

  noteImpact(revision: string, result: ImpactResult): Promise<void> {
    return this.#note(revision, { impact: result });
  }

  async #note(revision: string, found: EntryNotes): Promise<void> {
    // Something else may serve by now, and the entry of a candidate is still to be written.
    this.#noted = { revision, found: { ...(this.#noted?.revision === revision ? this.#noted.found : {}), ...found } };
    await this.#attempts.make('note what tests and recorded decisions came to', async () => {
      const served = (await this.own()).findLast((entry) => entry.revision === revision && entry.status === 'reloaded');
      if (served !== undefined) await this.#entries.note(served.number, found);
    });
  }

  async close(): Promise<void> {
    await this.#attempts.ended();
    await this.#tidying;
  }

  /** The parts of a revision on the disk. The last one is remembered: what was kept before the swap is recorded after it. */
  async #store(keepable: Keepable): Promise<Packed> {
    const packed = await pack(keepable, this.#options.version);
    await this.#blobs.put(packed.blobs, this.#held);
    this.#packed = packed;
    return packed;
  }

  #blobsOf(revision: string | undefined): ReadonlySet<string> {
    if (this.#packed === undefined || this.#packed.manifest.revision !== revision) return new Set();
    return new Set(blobsOf(this.#packed.manifest).map(({ hash }) => hash));
  }

  /** The number of the entry: of a new one, beside which `mark` is written, or of the last one that says the same. */
  async #entryFor(outcome: Outcome, tried: SourceSet | undefined, mark?: StageBeside): Promise<number | undefined> {
    const all = await this.#entries.all();
    const last = all.findLast(({ instance }) => instance === this.#options.instance);
    const id = outcome.status === 'reloaded' ? outcome.revision : tried?.id;
    const parts = id === undefined ? undefined : await this.#partsOf(id, tried, all);
    const found = this.#noted?.revision === id ? this.#noted?.found : undefined;
    this.#noted = undefined;
    const entry = outcomeEntry(outcome, { instance: this.#options.instance, id, parts, found });
    if (entry === undefined || (last !== undefined && isRepeated(last, entry))) return last?.number;
    return (await this.#entries.append(entry, mark)).number;
  }

  /** What was kept just now, or with an earlier entry; else the sources alone, for an attempt that did not come to a revision. */
  async #partsOf(id: string, tried: SourceSet | undefined, all: readonly Entry[]): Promise<PartsRef | undefined> {
    if (this.#packed?.manifest.revision === id) return partsRef(this.#packed);
    const before = all.findLast(({ revision, maker }) => revision === id && maker !== undefined);
    if (before?.manifest !== undefined) return { ...before, ref: before.manifest };
    return tried === undefined ? undefined : partsRef(await this.#store({ source: tried }));
  }

  async #writeHead(): Promise<void> {
    await this.#heads.write(this.#headAt(this.#number));
  }

  #headAt(number: number | undefined): Standing {
    const { instance, policyDir, address } = this.#options;
    return { instance, policyDir, address, serving: this.#serving, number, pin: this.#pin };
  }

  #tidy(): void {
    const { folder, keep, maxBytes, log } = this.#options;
    const parts = { blobs: this.#blobs, entries: this.#entries, heads: this.#heads, needs: this.#needs, keep, maxBytes };
    const protect = new Set([this.#serving, this.#pin?.revision].filter((id) => id !== undefined));
    const thorough = !this.#swept;
    this.#swept = true;
    const packed = this.#packed;
    const held = this.#held;
    this.#tidying = this.#tidying
      // A neighbour may have pruned a blob between our look at it and our entry, which from now on holds all of them.
      .then(() => (packed === undefined ? undefined : this.#blobs.put(packed.blobs, held)))
      .then(() => prune({ ...parts, blobFolder: foldersOf(folder).blobs }, protect, thorough))
      .catch((err: unknown) => log.warn({ err }, 'the policy history could not be pruned'));
  }
}
