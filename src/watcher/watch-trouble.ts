import { systemCode } from '../policy/source-errors.js';

/** A loop of links leads to no file, and what vanished while it was being listened to has announced itself. */
const HARMLESS: ReadonlySet<string> = new Set(['ELOOP', 'ENOENT', 'ENOTDIR']);

export function isHarmless(error: Error): boolean {
  return HARMLESS.has(systemCode(error) ?? '');
}

/** What an operator reads: the system's word and what to do about it. */
export function reasonFor(error: Error): string {
  const code = systemCode(error);
  switch (code) {
    case 'ENOSPC':
      return 'ENOSPC: the limit of file watches is reached; raise it with `sysctl fs.inotify.max_user_watches=524288`';
    case 'EMFILE':
      return 'EMFILE: the limit of watch instances or open files is reached; raise `sysctl fs.inotify.max_user_instances=512` or `ulimit -n`';
    case 'EACCES':
    case 'EPERM':
      return `${code}: a folder on the way to the policies, or one of theirs, may not be listened to`;
    default:
      return code === undefined ? 'the system refused to listen' : `${code}: the system refused to listen`;
  }
}
