import { startAhead } from '../compiler/start-service.js';
import { processEnvironment } from '../config/environment.js';

/** Commands that compile whatever they are told, below `policy`. */
const COMPILING: readonly (string | undefined)[] = ['test', 'validate', 'eval', 'repl'];

/**
 * Runs the command line; `script` is the URL of the file that was executed, in the package whose commands are meant. Never rejects. What a
 * command is sure to need starts beside the reading of the command's own code.
 */
export async function main(argv: readonly string[], script: string): Promise<void> {
  if (argv[0] === 'policy' && COMPILING.includes(argv[1]) && !argv.includes('--help')) startAhead(processEnvironment());
  const { runCommand } = await import('./run-command.js');
  await runCommand(argv, script);
}
