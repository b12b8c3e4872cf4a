import { hostname, userInfo } from 'node:os';

/** A process without an entry in the user database (a container with a bare uid) has a number for a name. */
export function whoAmI(): string {
  const host = hostname();
  try {
    return `${userInfo().username}@${host}`;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}@${host}`;
  }
}
