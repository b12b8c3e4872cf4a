import path from 'node:path';

/** A folder that links are followed from, symlinks resolved. */
export interface LinkRoot {
  readonly real: string;
  /** Device that holds it. */
  readonly dev: number;
}

/**
 * Why a link is not followed, or undefined. What lies on another file system is no policy (`/proc` has no end), and what holds the root
 * would be all of it and much more.
 */
export function linkRefusal(target: LinkRoot, root: LinkRoot): string | undefined {
  if (holds(target.real, root.real)) return `${target.real}, which holds the policy folder itself`;
  if (target.dev !== root.dev) return `${target.real}, which is on another file system`;
  return undefined;
}

/** Whether `inner` lies below `outer`. Both are real paths. */
export function holds(outer: string, inner: string): boolean {
  return outer !== inner && inner.startsWith(outer.endsWith(path.sep) ? outer : `${outer}${path.sep}`);
}
