import { opendir, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Dirent } from 'node:fs';
import type { GatewayError } from '../errors.js';
import type { Deadline } from './deadline.js';
import { holds, linkRefusal } from './link-target.js';
import type { LinkRoot } from './link-target.js';
import { mapBounded } from './map-bounded.js';
import { linkRefused, systemCode, tooDeep, tooManyEntries, tooManyFiles, unreadable } from './source-errors.js';
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
  /** Folders between it and the top. */
  readonly depth: number;
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

/** Entries listed per file allowed, so that a link to `/usr` ends: a folder in a repository holds much that is no policy. */
const ENTRIES_PER_FILE = 10;
const MIN_ENTRIES = 100_000;
const MAX_PROBLEMS = 20;
/** As deep as folders are listened to. */
const MAX_DEPTH = 64;

export interface WalkOptions {
  readonly limits: SourceLimits;
  readonly kindOf: (path: string) => SourceKind | undefined;
  readonly deadline: Deadline;
  /** The policy folder, which `root` is or lies in. */
  readonly home: string;
  /** Names of files and folders that are passed over as if they were not there. */
  readonly ignored?: ((name: string) => boolean) | undefined;
}

/**
 * Lists the sources below `root`. Real folders come first, links after them by number of hops and then by name, and every
 * real folder is entered once: a loop ends, and a tree with two names is loaded under the one that has the fewest links.
 * A module that is linked to is loaded once for the same reason; a data file is not, because its folder is its meaning.
 */
export async function walk(root: string, options: WalkOptions): Promise<Walked> {
  return new Walk(options).run(root);
}

class Walk {
  readonly #limits: SourceLimits;
  readonly #kindOf: (path: string) => SourceKind | undefined;
  readonly #deadline: Deadline;
  readonly #home: string;
  readonly #ignored: (name: string) => boolean;
  #root: LinkRoot = { real: '', dev: 0 };
  readonly #files: WalkedFile[] = [];
  readonly #folders: string[] = [];
  readonly #links = new Map<string, string>();
  readonly #problems: GatewayError[] = [];
  readonly #realFolders = new Set<string>();
  readonly #realModules = new Set<string>();
  #entries = 0;
  #full = false;

  constructor({ limits, kindOf, deadline, home, ignored = () => false }: WalkOptions) {
    this.#limits = limits;
    this.#kindOf = kindOf;
    this.#deadline = deadline;
    this.#home = home;
    this.#ignored = ignored;
  }

  async run(root: string): Promise<Walked> {
    const real = await realpath(root);
    if (holds(real, await realpath(this.#home))) {
      throw linkRefused(path.basename(root), `${real}, which holds the policy folder itself`);
    }
    this.#root = { real, dev: (await stat(real)).dev };
    this.#realFolders.add(real);
    let links = await this.#tree({ path: '', absolute: root, real, depth: 0 });
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
          if (this.#ignored(entry.name)) continue;
          const item = below(folder, entry.name);
          // A hidden name is a file that is asked for by name, or nothing: hidden folders are never entered.
          if (isHidden(entry.name) && (entry.isDirectory() || this.#kindOf(item.path) === undefined)) continue;
          if (entry.isSymbolicLink()) links.push(item);
          else if (!entry.isDirectory()) this.#file(item, entry.isFile());
          else if (item.depth > MAX_DEPTH) this.#problem(tooDeep(item.path, MAX_DEPTH));
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
    this.#deadline.check();
    if (this.#full) return [];
    const limit = Math.max(MIN_ENTRIES, this.#limits.maxFiles * ENTRIES_PER_FILE);
    try {
      const entries = await listFolder(folder.absolute, limit);
      this.#entries += entries.length;
      if (this.#entries > limit) this.#stop(tooManyEntries(limit, topOf(folder.path)));
      this.#folders.push(folder.absolute);
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
    if (this.#files.length > this.#limits.maxFiles) this.#stop(tooManyFiles(this.#limits));
  }

  async #link(link: Folder): Promise<Folder[]> {
    this.#deadline.check();
    if (this.#full) return [];
    try {
      const real = await realpath(link.absolute);
      this.#links.set(link.absolute, real);
      const target = await stat(real);
      const isFolder = target.isDirectory();
      if (isFolder && isHidden(path.posix.basename(link.path))) return [];
      // Of other files only sources matter, and a device is refused for what it is.
      const matters = isFolder ? !this.#realFolders.has(real) : target.isFile() && this.#kindOf(link.path) !== undefined;
      const refusal = matters ? linkRefusal({ real, dev: target.dev }, this.#root) : undefined;
      if (refusal !== undefined) this.#problem(linkRefused(link.path, refusal));
      else if (!isFolder) this.#file({ ...link, real }, target.isFile());
      if (!isFolder || !matters || refusal !== undefined) return [];
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

  #stop(problem: GatewayError): void {
    if (this.#full) return;
    this.#full = true;
    this.#problems.push(problem);
  }

  #problem(problem: GatewayError): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
  }
}

/** A folder whose own size is beyond this is listed entry by entry, which takes three times as long: it may hold millions. */
const LARGE_FOLDER_BYTES = 1024 * 1024;

/** The entries of a folder, at most one more than `limit`. */
async function listFolder(folder: string, limit: number): Promise<Dirent[]> {
  if ((await stat(folder)).size <= LARGE_FOLDER_BYTES) return readdir(folder, { withFileTypes: true });
  const entries: Dirent[] = [];
  for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
    entries.push(entry);
    if (entries.length > limit) break;
  }
  return entries;
}

/** The first name on a path: what is to be taken out of the folder, and the same however far the walk came. */
function topOf(relative: string): string {
  return relative.split('/', 1)[0] ?? relative;
}

function below(folder: Folder, name: string): Folder {
  return {
    path: folder.path === '' ? name : `${folder.path}/${name}`,
    absolute: path.join(folder.absolute, name),
    real: path.join(folder.real, name),
    depth: folder.depth + 1,
  };
}
