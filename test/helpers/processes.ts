import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

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

/** The scheduling policy of each thread of a process: field 41 of `stat`, see proc_pid_stat(5). 0 is the usual one, 5 that of idle time. */
export function schedulingOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readOr(`/proc/${pid}/task/${thread}/stat`);
    // After the name, which may hold blanks, comes field 3.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[41 - 3]);
  });
}

/** Names of the variables that a process was started with. */
export function environmentOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.split('=')[0] ?? '');
}

/** Ports of the clients whose connections to `port` the process holds. */
export function clientsOf(pid: number, port: number): number[] {
  const inodes = new Set(openSockets(pid));
  const local = port.toString(16).toUpperCase().padStart(4, '0');
  return readOr('/proc/net/tcp')
    .split('\n')
    .map((line) => line.trim().split(/\s+/u))
    .filter(([, at = '', , , , , , , , inode = '']) => at.endsWith(`:${local}`) && inodes.has(inode))
    .map(([, , remote = '']) => Number.parseInt(remote.split(':')[1] ?? '0', 16));
}

function openSockets(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/u.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
