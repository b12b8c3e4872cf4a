import { readdirSync, readFileSync } from 'node:fs';

/** A child as /proc tells of it. */
export interface ChildFacts {
  readonly pid: number;
  /** The command that it runs, arguments and all. */
  readonly command: string;
}

/** Direct children. One that goes while it is looked at is as if it had not been there. */
export function childrenOf(parent: number): ChildFacts[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/u.test(name)) return [];
    const ppid = Number(/\) \S (\d+) /u.exec(readOr(`/proc/${name}/stat`))?.[1] ?? 0);
    if (ppid !== parent) return [];
    return [{ pid: Number(name), command: readOr(`/proc/${name}/cmdline`).replaceAll('\0', ' ') }];
  });
}

/** Names of the variables that a process was started with. */
export function environmentOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.split('=')[0] ?? '');
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
