import picomatch from 'picomatch';

/**
 * What says of the name of a file or a folder, at whatever depth, that one of the globs matches it: as in OPA's loader `*`, `?` and
 * `[a-z]` are all there is. Undefined for no globs.
 */
export function ignoring(globs: readonly string[] = []): ((name: string) => boolean) | undefined {
  if (globs.length === 0) return undefined;
  return picomatch([...globs], { dot: true, nobrace: true, noextglob: true, nonegate: true, noglobstar: true });
}
