import { existsSync, realpathSync, statSync, watch as watchFolder } from 'node:fs';
import path from 'node:path';
import type { FSWatcher, Stats } from 'node:fs';
import { linkRefusal } from '../policy/link-target.js';
import type { LinkRoot } from '../policy/link-target.js';
import { systemCode } from '../policy/source-errors.js';
import type { Sighting } from './burst.js';
import type { ChainLink } from './path-chain.js';
import { PatientTree } from './patient-tree.js';

export interface DoorbellOptions {
  /** Trees to listen in. */
  readonly trees: readonly string[];
  /** Names on the way to the trees, each heard in the folder that holds it. */
  readonly chain: readonly ChainLink[];
  /** Says what was seen of a file, where the listener on its folder said it. */
  readonly onRing: (sighting?: Sighting) => void;
  /** A place that cannot be listened to; called once per place. */
  readonly onTrouble: (error: Error) => void;
}

/** Says that something moved, never what. */
export interface Doorbell {
  /** Settles when every tree was gone through; does not say that listening works: see `onTrouble`. */
  readonly ready: Promise<void>;
  /** Listens at places that came later, and no longer at those that are gone. Listening when it returns. */
  alsoAt(added: readonly string[], gone: readonly string[]): void;
  close(): Promise<void>;
}

/** Opens listeners. Throws nothing. */
export type DoorbellMaker = (options: DoorbellOptions) => Doorbell;

/** Deeper folders are left to the sweep, and so are those beyond this many: each takes kilobytes and a watch of the system. */
const MAX_DEPTH = 64;
const MAX_FOLDERS = 1024;

/** chokidar in the trees, plain `fs.watch` on the way to them. */
export const hangDoorbell: DoorbellMaker = ({ trees, chain, onRing, onTrouble }) => {
  const parents = listenToChain(chain, onRing, onTrouble);
  const later = new Map<string, FSWatcher>();
  // atomic would hold back removals for 100 ms; awaitWriteFinish loses some altogether. Waiting is the settle's work.
  const tree = new PatientTree(listedOf(trees), { ignoreInitial: true, atomic: false, depth: MAX_DEPTH, ignored: createFilter(trees) });
  // `raw` is not throttled as `all` is: of two writes within 50 ms `all` reports the first alone.
  tree.on('all', () => onRing());
  tree.on('raw', (event, name, details) => onRing(sightingOf(event, name, details)));
  tree.on('error', (thrown) => onTrouble(thrown instanceof Error ? thrown : new Error(String(thrown))));
  const ready = new Promise<void>((resolve) => {
    tree.once('ready', resolve);
  });
  return {
    ready,
    alsoAt(added, gone) {
      for (const place of gone) {
        later.get(place)?.close();
        later.delete(place);
      }
      for (const place of added) {
        const listener = listenAt(place, () => onRing(), onTrouble);
        if (listener !== undefined) later.set(place, listener);
      }
    },
    async close() {
      for (const listener of [...parents, ...later.values()]) listener.close();
      later.clear();
      await tree.close();
    },
  };
};

/**
 * One tree that is missing makes chokidar ready before it has gone through any: what is saved then is heard by nobody. Where others are there,
 * whoever listens to the way to the trees hears it come.
 */
function listedOf(trees: readonly string[]): readonly string[] {
  const there = trees.filter((tree) => existsSync(tree));
  return there.length > 0 ? there : trees;
}

function sightingOf(event: string, name: string, details: unknown): Sighting | undefined {
  const place = typeof details === 'object' && details !== null && 'watchedPath' in details ? details.watchedPath : undefined;
  if (typeof place !== 'string' || typeof name !== 'string') return undefined;
  const moved = event === 'rename';
  return path.basename(place) === name ? { file: place, moved, own: true } : { file: path.join(place, name), moved };
}

function listenToChain(chain: readonly ChainLink[], onRing: () => void, onTrouble: (error: Error) => void): FSWatcher[] {
  const namesByDir = new Map<string, Set<string>>();
  for (const { dir, name } of chain) namesByDir.set(dir, (namesByDir.get(dir) ?? new Set()).add(name));
  // A home that others may pass through but not list: the sweep sees what happens to it, the rest is heard.
  const onOther = (error: Error): void => {
    if (!['EACCES', 'EPERM'].includes(systemCode(error) ?? '')) onTrouble(error);
  };
  return [...namesByDir].flatMap(([dir, names]) => {
    const listener = listenAt(dir, (name) => (name === null || names.has(name) ? onRing() : undefined), onOther);
    return listener === undefined ? [] : [listener];
  });
}

/** A plain listener, at work when this returns: what changes after that is heard. */
function listenAt(place: string, onEvent: (name: string | null) => void, onTrouble: (error: Error) => void): FSWatcher | undefined {
  try {
    const watcher = watchFolder(place, { persistent: false }, (_event, name) => onEvent(name));
    watcher.on('error', onTrouble);
    return watcher;
  } catch (thrown) {
    onTrouble(thrown instanceof Error ? thrown : new Error(String(thrown)));
    return undefined;
  }
}

/**
 * What chokidar leaves out. Each real folder is listened to under one name: it follows links without end otherwise, and two
 * links that lead to each other's folders give 2^40 paths. Links that no reading follows are not followed here either. Files are
 * chosen by their ending alone, generously.
 */
export function createFilter(trees: readonly string[]): (file: string, stats?: Stats) => boolean {
  const listenedAs = new Map<string, string>();
  for (const tree of trees) isKnown(listenedAs, tree);
  const roots = trees.map((tree) => ({ tree, root: rootOf(tree) }));
  const leavesTree = (file: string, dev: number): boolean => {
    const root = roots.find(({ tree }) => file.startsWith(`${tree}${path.sep}`))?.root;
    return root !== undefined && linkRefusal({ real: realOf(file) ?? file, dev }, root) !== undefined;
  };
  return (file, stats) => {
    if (trees.includes(file)) return false;
    const name = path.basename(file);
    // `..data` and its like are how a ConfigMap mount is swapped; other dot-names are no business of ours.
    if (name.startsWith('.') && !name.startsWith('..')) return true;
    if (stats?.isDirectory() === true) return leavesTree(file, stats.dev) || isKnown(listenedAs, file);
    return stats !== undefined && !stats.isSymbolicLink() && !(stats.isFile() && /\.(?:rego|jsonl?|ya?ml)$/.test(name));
  };
}

function isKnown(listenedAs: Map<string, string>, folder: string): boolean {
  const real = realOf(folder);
  // Gone already; what comes in its place announces itself in the folder above.
  if (real === undefined) return true;
  const first = listenedAs.get(real);
  if (first !== undefined) return first !== folder;
  if (listenedAs.size >= MAX_FOLDERS) return true;
  listenedAs.set(real, folder);
  return false;
}

function realOf(file: string): string | undefined {
  try {
    return realpathSync.native(file);
  } catch {
    return undefined;
  }
}

function rootOf(tree: string): LinkRoot | undefined {
  const real = realOf(tree);
  const dev = real === undefined ? undefined : statSync(real, { throwIfNoEntry: false })?.dev;
  return real === undefined || dev === undefined ? undefined : { real, dev };
}
