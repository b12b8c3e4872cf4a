import type { Interfaces } from '@oclif/core';
import Start from './commands/start.js';
import type { EarlyThread } from './evaluator/pool/early-thread.js';
import { runCommand } from './cli/run-command.js';

/** What oclif asks the package about, without its commands. Put in by the build. */
declare const OWN_PACKAGE: Interfaces.PJSON;

/** What the start does not begin with. */
export interface Begun {
  /** An evaluator thread that is on its way. */
  readonly thread: EarlyThread | undefined;
  /** Called when the gateway is up. */
  readonly onReady: () => void;
}

/** What the bundle of the start does: the command line of it. Never rejects. */
export async function main(argv: readonly string[], script: string, { thread, onReady }: Begun): Promise<void> {
  Start.early = thread;
  Start.onReady = onReady;
  await runCommand(argv, script, { pjson: OWN_PACKAGE, run: (words, options) => Start.run(words, options) });
}
