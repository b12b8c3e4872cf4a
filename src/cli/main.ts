import { fileURLToPath } from 'node:url';
import { flush, handle, Plugin, run } from '@oclif/core';
import { asGatewayError } from '../errors.js';

/** Runs the command line; `script` is the URL of the file that was executed, in the package whose commands are meant. Never rejects. */
export async function main(argv: readonly string[], script: string): Promise<void> {
  try {
    await run([...argv], await loadOptions(argv, fileURLToPath(script)));
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

/** Who asks for a command of ours does not wait for the plugins, which know others. */
async function loadOptions(argv: readonly string[], script: string): Promise<NonNullable<Parameters<typeof run>[1]>> {
  const own = new Plugin({ root: script, isRoot: true });
  await own.load();
  const asksForOwn = argv[0] === '--version' || own.commandIDs.some((id) => id.split(':')[0] === argv[0]);
  return asksForOwn ? { root: own.root, plugins: new Map([[own.name, own]]) } : { root: script };
}
