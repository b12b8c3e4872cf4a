import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Has a process give way to those of a higher priority. On Linux each thread has a priority of its own, which those that it starts begin
 * with: a process that runs already is not lowered by its id alone. Priorities are the system's, from -20 to 19; never throws.
 */
export function giveWay(pid: number, priority: number): void {
  const lowered = new Set<number>();
  // Once more where there are others by then: one that was not reached yet may have started them.
  for (let rest = threadsOf(pid); rest.length > 0; rest = threadsOf(pid).filter((id) => !lowered.has(id))) {
    for (const id of rest) {
      lowered.add(id);
      try {
        setPriority(id, priority);
      } catch {
        // It ended meanwhile, or the system has no priorities to give: nothing depends on it.
      }
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
