import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Has a process give way to those of a higher priority. On Linux each thread has a priority of its own, which those that it starts begin
 * with: a process that runs already is not lowered by its id alone. Priorities are the system's, from -20 to 19; never throws.
 */
export function giveWay(pid: number, priority: number): void {
  for (const id of threadsOf(pid)) {
    try {
      setPriority(id, priority);
    } catch {
      // It ended meanwhile, or the system has no priorities to give: nothing depends on it.
    }
  }
}

function threadsOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [pid];
  }
}
