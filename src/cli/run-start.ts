import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { startEarly } from '../evaluator/pool/early-thread.js';
import type { EarlyThread } from '../evaluator/pool/early-thread.js';
import { threadOptions } from '../evaluator/pool/running-thread.js';
import type { Begun } from '../start-bundle.js';
import { loadScript } from './code-cache.js';

/** Name of the bundle in the folder above, with a hash of what it holds. Put in by the build. */
declare const START_BUNDLE: string;

interface StartBundle {
  readonly main: (argv: readonly string[], script: string, begun: Begun) => Promise<void>;
}

/** So long after it is up, in ms: the code of the start has run by then, and who waited for it was answered. */
const KEEP_MS = 1000;

/**
 * Runs `start` out of one script, and what V8 made of it before: for Node it takes longer to find, read and compile all modules than for them
 * to do what comes before the first decision. Never rejects.
 */
export async function main(argv: readonly string[], script: string): Promise<void> {
  // While this thread and that of the evaluator want all there is, a collection waits for its helpers longer than they save it.
  setFlagsFromString('--no-parallel-scavenge');
  const file = fileURLToPath(new URL(`../${START_BUNDLE}`, import.meta.url));
  // Before there is a thread, which takes the last files that may be open where they are few: what comes after this reports it.
  const source = readFileSync(file, 'latin1');
  const thread = beginThread();
  const { run, keep } = loadScript(file, source);
  const bundle = { exports: {} as StartBundle };
  run(bundle, bundle.exports, createRequire(file), new URL('..', import.meta.url).href);
  await bundle.exports.main(argv, script, { thread, onReady });

  function onReady(): void {
    setFlagsFromString('--parallel-scavenge');
    setTimeout(keep, KEEP_MS).unref();
  }
}

/**
 * A thread takes as long to start as this one takes to get to where it needs it. Of the configuration nothing is known yet: where that asks for
 * another one, this one ends.
 */
function beginThread(): EarlyThread | undefined {
  try {
    return startEarly(threadOptions());
  } catch {
    // Whoever needs one tries again, and says what is wrong.
    return undefined;
  }
}
