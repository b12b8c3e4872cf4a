import { constants, setPriority } from 'node:os';

/** The thread that calls gives way to all others. Elsewhere than on Linux a priority is of the whole process, and stays. */
export function giveWayHere(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, constants.priority.PRIORITY_LOW);
  } catch {
    // The system has no priorities to give: nothing depends on it.
  }
}
