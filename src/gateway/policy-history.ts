import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Outcome } from '../engine/engine.js';
import type { Pin } from '../engine/pin.js';
import type { ReloadOptions } from '../engine/reload-request.js';
import { asGatewayError, GatewayError } from '../errors.js';
import { recordedInputs } from '../decisions/recorded-inputs.js';
import { compareApart } from '../history/compare/compare-apart.js';
import type { Comparison, Side } from '../history/compare/compare.js';
import type { Entry } from '../history/entry.js';
import type { Head } from '../history/heads.js';
import type { History } from '../history/history.js';
import { namesEntry, selectEntry } from '../history/select.js';
import { shortId } from '../policy/source-set.js';
import type { SourceFile, SourceSet } from '../policy/source-set.js';
import { filesOf } from '../policy/assemble.js';
import type { CompiledPolicy } from '../policy/revision.js';
import type { WitnessSearch } from '../impact/witness/search.js';
import { buildFolder } from './build-folder.js';
import type { BuiltSide } from './build-folder.js';
import { findWitness } from './find-witness.js';
import { readSources } from './read-sources.js';
import type { PolicyEngine } from './policy-engine.js';

/** What the history holds, for people. */
export interface HistoryListing {
  /** Full ids; null for none. */
  readonly serving: string | null;
  readonly pinned: string | null;
  /** Newest first. */
  readonly entries: readonly Entry[];
}

/** The history of one gateway, asked by people: over HTTP by a running one, by commands without one. All throw `history_*`. */
export interface PolicyHistory {
  list(limit: number): Promise<HistoryListing>;
  entry(selector: string): Promise<Entry>;
  sources(selector: string): Promise<{ readonly entry: Entry; readonly source: SourceSet }>;
  /** One source file of a revision. Throws `history_unknown` when it has none of the name. */
  file(selector: string, name: string): Promise<SourceFile>;
  /** `serving`, `previous`, `disk`, `~2`, a number, a prefix, and a folder where `folders` allows it. Throws `policy_*` too. */
  diff(from: string, to: string, folders?: boolean): Promise<Comparison>;
  /**
   * The same with a search for an input that `from` refuses and `to` lets through, within so many ms, which begins with recorded ones; absent when one side does not compile, or
   * nothing differs. Throws `compiler_*`, `evaluation_*` too.
   */
  witness(from: string, to: string, budgetMs: number): Promise<Comparison & { readonly witness?: WitnessSearch }>;
  /** One side of {@link diff} with what it takes to evaluate it. Throws `history_unknown` for an attempt that was not compiled. */
  built(selector: string): Promise<BuiltSide>;
  rollback(selector: string, options: ReloadOptions): Promise<Outcome>;
  /** Holds the revision against saves, bringing it up first when it does not serve. */
  pin(selector: string, options: ReloadOptions): Promise<Outcome | Pin>;
}

export interface PolicyHistoryOptions {
  readonly history: History;
  readonly parts: PolicyEngine;
  /** Where a gateway stands that does not run here. */
  readonly head?: Head | undefined;
  /** Folder of the kept decisions. */
  readonly decisionsDir: string;
}

export function createPolicyHistory({ history, parts, head, decisionsDir }: PolicyHistoryOptions): PolicyHistory {
  const { engine } = parts;

  function standing(): { serving: string | undefined; pinned: string | undefined } {
    if (head !== undefined) return { serving: head.serving, pinned: head.pin?.revision };
    return { serving: engine.current?.id, pinned: engine.pin?.revision };
  }

  async function entry(selector: string): Promise<Entry> {
    const entries = await history.entries();
    const { serving } = standing();
    return selectEntry(selector, { entries, serving });
  }

  /** What a comparison is made with: what served until now, also after going back to something older, from where one can go back no further. */
  async function servedBefore(): Promise<Entry> {
    const { serving } = standing();
    const came = (await history.entries()).findLast(({ revision, status }) => revision === serving && status === 'reloaded');
    return entry(came?.previous ?? 'previous');
  }

  async function idOf(selector: string): Promise<string> {
    // Named in full it needs no looking up, which takes longer than going back to it.
    if (engine.warm.includes(selector)) return selector;
    const { revision } = await entry(selector);
    if (revision === undefined) throw new GatewayError('history_unknown', `${selector} names an attempt that read no sources`);
    return revision;
  }

  /** Reads the folder that is meant; undefined for a name of something kept. */
  async function folderOf(selector: string, folders: boolean): Promise<(() => Promise<SourceSet>) | undefined> {
    if (selector === 'disk') return () => readSources(parts);
    return folders && (await isFolder(selector)) ? () => parts.reader.read(path.resolve(selector)) : undefined;
  }

  function keptOf(selector: string): Promise<Entry> {
    return selector === 'previous' ? servedBefore() : entry(selector);
  }

  async function sideOf(selector: string, folders: boolean): Promise<PolicySide> {
    const folder = await folderOf(selector, folders);
    if (folder !== undefined) return sideOfFolder(selector, folder);
    const found = await keptOf(selector);
    const label = found.revision === undefined ? `attempt ${found.number}` : shortId(found.revision);
    if (found.maker === undefined) return { label, source: await history.sources(found) };
    const { source, policy, data } = await history.loadEntry(found);
    return { label, source, built: { policy, data } };
  }

  /** What cannot be compiled is compared as text. */
  async function sideOfFolder(label: string, read: () => Promise<SourceSet>): Promise<PolicySide> {
    const source = await read();
    try {
      return { label, source, built: await buildFolder(parts, source) };
    } catch (thrown) {
      if (asGatewayError(thrown).code === 'internal') throw thrown;
      return { label, source };
    }
  }

  return {
    async list(limit) {
      const entries = await history.entries();
      const { serving, pinned } = standing();
      return { serving: serving ?? null, pinned: pinned ?? null, entries: entries.toReversed().slice(0, limit) };
    },
    entry,
    async sources(selector) {
      const found = await entry(selector);
      return { entry: found, source: await history.sources(found) };
    },
    async file(selector, name) {
      const found = await entry(selector);
      const file = filesOf(await history.sources(found)).find((candidate) => candidate.path === name);
      if (file === undefined) throw new GatewayError('history_unknown', `revision ${selector} has no file ${name}`);
      return file;
    },
    async diff(from, to, folders = false) {
      const [before, after] = await Promise.all([sideOf(from, folders), sideOf(to, folders)]);
      return compareApart(before, after);
    },
    async witness(from, to, budgetMs) {
      const [before, after] = await Promise.all([sideOf(from, true), sideOf(to, true)]);
      const comparison = await compareApart(before, after);
      if (before.built === undefined || after.built === undefined || !comparison.different) return comparison;
      const sides = [
        { source: before.source, ...before.built },
        { source: after.source, ...after.built },
      ] as const;
      const { compiler, maxMemoryMb } = parts;
      const recorded = await recordedInputs(decisionsDir);
      return { ...comparison, witness: await findWitness(...sides, { compiler, maxMemoryMb, budgetMs, recorded }) };
    },
    async built(selector) {
      const folder = await folderOf(selector, true);
      if (folder !== undefined) return buildFolder(parts, await folder());
      const found = await keptOf(selector);
      if (found.maker === undefined)
        throw new GatewayError('history_unknown', `${selector} was refused: nothing is kept that could decide`);
      const { source, policy, data } = await history.loadEntry(found);
      return { id: source.id, source, policy, data };
    },
    rollback: async (selector, options) => engine.reload('rollback', { ...options, from: await idOf(selector), pin: true }),
    async pin(selector, options) {
      const id = await idOf(selector);
      if (engine.current?.id === id) return engine.hold(options);
      return engine.reload('rollback', { ...options, from: id, pin: true });
    },
  };
}

/** {@link Side} with all of the policy. */
interface PolicySide extends Side {
  readonly built?: { readonly policy: CompiledPolicy; readonly data: Uint8Array };
}

async function isFolder(name: string): Promise<boolean> {
  if (namesEntry(name)) return false;
  return (await stat(name).catch(() => undefined))?.isDirectory() === true;
}
