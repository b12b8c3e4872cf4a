import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Lets go of the memory of this thread that nobody needs any more. V8 does not count what threads share, nor the memory of WebAssembly that it
 * has not mapped itself, so that of a large revision would stay until something else fills the heap. Holds the thread up for some 20 ms.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
    // V8 takes no code that was kept under other flags, and Node's own modules are kept under none.
    setFlagsFromString('--no-expose-gc');
  }
  collect();
}
