import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Dirent } from 'node:fs';
import type { GatewayError } from '../errors.js';
import { mapBounded } from './map-bounded.js';
import { systemCode, tooManyFiles, unreadable } from './source-errors.js';
import { isHidden } from './source-kind.js';
import type { SourceKind } from './source-kind.js';
import type { SourceLimits } from './source-set.js';

/** A file that a walk found, not yet looked at. */
export interface WalkedFile {
  /** Below the walked folder, forward slashes. */
  readonly path: string;
  readonly absolute: string;
  readonly kind: SourceKind;
}

interface Folder {
  readonly path: string;
  readonly absolute: string;
  readonly real: string;
}

/** What one walk saw. Problems are collected, not thrown: a watcher has to recognise a broken folder too. */
export interface Walked {
  readonly files: readonly WalkedFile[];
  /** Every folder that was listed, as reached: each real folder once. */
  readonly folders: readonly string[];
  /** Every symlink on the way, with where it leads in the end (`''`: nowhere). */
  readonly links: ReadonlyMap<string, string>;
  readonly problems: readonly GatewayError[];
}

/** Entries listed per file allowed, so that a link to `/` ends: a folder in a repository holds much that is no policy. */
const ENTRIES_PER_FILE = 20;
const MIN_ENTRIES = 100_000;
const MAX_PROBLEMS = 20;

/**
 * Lists the sources below `root`. Real folders come first, links after them by number of hops and then by name, and every
 * real folder is entered once: a loop ends, and a tree with two names is loaded under the one that has the fewest links.
 * A module that is linked to is loaded once for the same reason; a data file is not, because its folder is its meaning.
 */
export async function walk(root: string, limits: SourceLimits, kindOf: (path: string) => SourceKind | undefined): Promise<Walked> {
  return new Walk(limits, kindOf).run(root);
}

class Walk {
  readonly #limits: SourceLimits;
  readonly #kindOf: (path: string) => SourceKind | undefined;
  readonly #files: WalkedFile[] = [];
  readonly #folders: string[] = [];
  readonly #links = new Map<string, string>();
  readonly #problems: GatewayError[] = [];
  readonly #realFolders = new Set<string>();
  readonly #realModules = new Set<string>();
  #entries = 0;
  #full = false;

  constructor(limits: SourceLimits, kindOf: (path: string) => SourceKind | undefined) {
    this.#limits = limits;
    this.#kindOf = kindOf;
  }

  async run(root: string): Promise<Walked> {
    const real = await realpath(root);
    this.#realFolders.add(real);
    let links = await this.#tree({ path: '', absolute: root, real });
    while (links.length > 0 && !this.#full) {
      links.sort((a, b) => (a.path < b.path ? -1 : 1));
      const next: Folder[] = [];
      for (const link of links) next.push(...(await this.#link(link)));
      links = next;
    }
    return { files: this.#files, folders: this.#folders, links: this.#links, problems: this.#problems };
  }

  /** Walks a folder without following links; gives the links that it met. */
  async #tree(top: Folder): Promise<Folder[]> {
    const links: Folder[] = [];
    let level = [top];
    while (level.length > 0 && !this.#full) {
      const lists = await mapBounded(level, async (folder) => ({ folder, entries: await this.#list(folder) }));
      level = [];
      for (const { folder, entries } of lists) {
        for (const entry of entries) {
          const item = below(folder, entry.name);
          // A hidden name is a file that is asked for by name, or nothing: hidden folders are never entered.
          if (isHidden(entry.name) && (entry.isDirectory() || this.#kindOf(item.path) === undefined)) continue;
          if (entry.isSymbolicLink()) links.push(item);
          else if (!entry.isDirectory()) this.#file(item, entry.isFile());
          else if (!this.#realFolders.has(item.real)) {
            this.#realFolders.add(item.real);
            level.push(item);
          }
        }
      }
    }
    return links;
  }

  async #list(folder: Folder): Promise<Dirent[]> {
    try {
      const entries = await readdir(folder.absolute, { withFileTypes: true });
      this.#folders.push(folder.absolute);
      this.#entries += entries.length;
      if (this.#entries > Math.max(MIN_ENTRIES, this.#limits.maxFiles * ENTRIES_PER_FILE)) this.#stop();
      return entries;
    } catch (thrown) {
      this.#problem(unreadable(folder.path === '' ? folder.absolute : folder.path, 'the folder cannot be listed', thrown));
      return [];
    }
  }

  #file(item: Folder, regular: boolean): void {
    const kind = this.#kindOf(item.path);
    if (kind === undefined) return;
    // Opening a fifo or a device may block for good or have effects: it is named, never touched.
    if (!regular) {
      this.#problem(unreadable(item.path, 'is no regular file'));
      return;
    }
    if (kind === 'module' || kind === 'test') {
      if (this.#realModules.has(item.real)) return;
      this.#realModules.add(item.real);
    }
    this.#files.push({ path: item.path, absolute: item.absolute, kind });
    if (this.#files.length > this.#limits.maxFiles) this.#stop();
  }

  async #link(link: Folder): Promise<Folder[]> {
    if (this.#full) return [];
    try {
      const real = await realpath(link.absolute);
      this.#links.set(link.absolute, real);
      const target = await stat(real);
      if (target.isDirectory() && isHidden(path.posix.basename(link.path))) return [];
      if (!target.isDirectory()) {
        this.#file({ ...link, real }, target.isFile());
        return [];
      }
      if (this.#realFolders.has(real)) return [];
      this.#realFolders.add(real);
      return await this.#tree({ ...link, real });
    } catch (thrown) {
      // A link to nowhere matters only where a source is expected (Emacs locks files with such links, under dot-names).
      this.#links.set(link.absolute, '');
      const known = systemCode(thrown) !== undefined;
      if (!known || this.#kindOf(link.path) !== undefined) this.#problem(unreadable(link.path, 'the link leads nowhere', thrown));
      return [];
    }
  }

  #stop(): void {
    if (this.#full) return;
    this.#full = true;
    this.#problems.push(tooManyFiles(this.#limits));
  }

  #problem(problem: GatewayError): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
  }
}

function below(folder: Folder, name: string): Folder {
  return {
    path: folder.path === '' ? name : `${folder.path}/${name}`,
    absolute: path.join(folder.absolute, name),
    real: path.join(folder.real, name),
  };
}
