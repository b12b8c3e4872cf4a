import { flush, handle, run } from '@oclif/core';
import { asGatewayError } from '../errors.js';

/** Runs the command line; `script` is the URL of the file that was executed, in the package whose commands are meant. Never rejects. */
export async function main(argv: readonly string[], script: string): Promise<void> {
  try {
    await run([...argv], script);
    await flush();
  } catch (error) {
    const { code, message, spec } = asGatewayError(error);
    // Loading a command opens files: where that fails, no command is there to say so.
    if (code !== 'files_exhausted') return handle(error as Error);
    process.exitCode = spec.exit;
    if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code, message, hint: spec.hint } }, undefined, 2)}\n`);
    else process.stderr.write(`Error: ${message} [${code}]\nNext:  ${spec.hint}\n`);
  }
}
