import { lstat, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { BigIntStats } from 'node:fs';

/** One name on the way to a folder, and what it is now. */
export interface ChainLink {
  readonly dir: string;
  readonly name: string;
  /** Identity of `dir/name`; a symlink carries its target, a missing entry is `''`. */
  readonly is: string;
}

/** As many symlinks as Linux itself follows in one path. */
const MAX_LINKS = 40;

/**
 * Every name that leads to `target`, symlinks resolved one by one. Whoever moves, replaces or re-points any of them takes
 * the folder away from a listener that sits on it, and the listener hears nothing of that.
 */
export async function pathChain(target: string): Promise<ChainLink[]> {
  const chain: ChainLink[] = [];
  const { root } = path.parse(path.resolve(target));
  let names = namesOf(path.resolve(target));
  let dir = root;
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const full = path.join(dir, name);
    const stats = await lstatOrUndefined(full);
    if (stats === undefined) return [...chain, { dir, name, is: '' }];
    const to = stats.isSymbolicLink() ? await readlinkOrEmpty(full) : undefined;
    chain.push({ dir, name, is: `${stats.dev}:${stats.ino}:${stats.birthtimeNs}${to === undefined ? '' : `>${to}`}` });
    if (to === undefined) {
      dir = full;
      continue;
    }
    if (++links > MAX_LINKS) return chain;
    const resolved = path.resolve(dir, to);
    names = [...namesOf(resolved), ...names];
    dir = root;
  }
  return chain;
}

/** The chains of several paths, each name once. */
export async function pathChains(targets: readonly string[]): Promise<ChainLink[]> {
  const links = (await Promise.all(targets.map(pathChain))).flat();
  return [...new Map(links.map((link) => [path.join(link.dir, link.name), link])).values()];
}

function namesOf(absolute: string): string[] {
  return absolute.split(path.sep).filter((name) => name !== '');
}

async function lstatOrUndefined(file: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(file, { bigint: true });
  } catch {
    // Missing or out of reach: both are told by the empty identity, and both may end.
    return undefined;
  }
}

async function readlinkOrEmpty(file: string): Promise<string> {
  try {
    return await readlink(file);
  } catch {
    // Replaced between the two calls: the next look sees what came in its place.
    return '';
  }
}
