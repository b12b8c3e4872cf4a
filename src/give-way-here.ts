import { constants, setPriority } from 'node:os';

/**
 * The thread that calls gives way to all others: by default it waits until they have nothing to do. Elsewhere than on Linux a priority is of
 * the whole process, and stays.
 */
export function giveWayHere(priority: number = constants.priority.PRIORITY_LOW): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, priority);
  } catch {
    // The system has no priorities to give: nothing depends on it.
  }
}
