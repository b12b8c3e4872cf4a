import Start from './commands/start.js';
import { runCommand } from './cli/run-command.js';

/** What the bundle of the start does: the command line of it. `onReady` is called when the gateway is up. Never rejects. */
export async function main(argv: readonly string[], script: string, onReady: () => void): Promise<void> {
  Start.onReady = onReady;
  await runCommand(argv, script, (words, options) => Start.run(words, options));
}
