import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { flush, handle, Plugin, run } from '@oclif/core';
import type { Interfaces } from '@oclif/core';
import { asGatewayError } from '../errors.js';
import type { GatewayError } from '../errors.js';
import { columnsOf } from './fit.js';
import { paintFor } from './paint.js';
import { errorEnvelope, renderError } from './render-error.js';
import { endUnread, watchOutput } from './unread-output.js';
import { refuseUnknown, usageError } from './usage-error.js';
import type { OclifError } from './usage-error.js';
import { visible } from './visible.js';

const BIN = 'defenseclaw-gateway';

/** What oclif answers. */
const ANSWERED_ELSEWHERE = ['version'];

type Options = NonNullable<Parameters<typeof run>[1]>;

/** A command that is loaded already. */
export interface LoadedCommand {
  /** Of the package that it is in. */
  readonly pjson: Interfaces.PJSON;
  /** Runs it on what stands behind its name. */
  readonly run: (argv: string[], options: Options) => Promise<unknown>;
}

/**
 * Runs the command line; `script` is the URL of the file that was executed, in the package whose commands are meant. With `loaded`, which is
 * the command that the first word names, none is looked for. Never rejects.
 */
export async function runCommand(argv: readonly string[], script: string, loaded?: LoadedCommand): Promise<void> {
  watchOutput();
  try {
    const file = fileURLToPath(script);
    await (loaded === undefined ? run([...argv], await loadOptions(argv, file)) : loaded.run(argv.slice(1), await optionsOf(loaded, file)));
    endUnread();
    await flush();
  } catch (thrown) {
    const error = thrown as OclifError;
    if (error.code === 'EEXIT') return handle(error);
    fail(error.oclif === undefined ? asGatewayError(error) : usageError(error, BIN, []), argv.includes('--json'));
  }
}

/** Nothing is read for what is known already. */
async function optionsOf({ pjson }: LoadedCommand, script: string): Promise<Options> {
  const root = path.dirname(path.dirname(script));
  const own = new Plugin({ root, isRoot: true, pjson, ignoreManifest: true });
  await own.load();
  return { root, plugins: new Map([[own.name, own]]) };
}

/** Who asks for a command of ours does not wait for the plugins, which know others. Throws `usage` for one that nobody knows. */
async function loadOptions(argv: readonly string[], script: string): Promise<Options> {
  const own = new Plugin({ root: script, isRoot: true });
  await own.load();
  refuseUnknown(argv, { bin: BIN, ids: [...own.commandIDs, ...ANSWERED_ELSEWHERE] });
  const asksForOwn = ['--version', '-v'].includes(argv[0] ?? '') || own.commandIDs.some((id) => id.split(':')[0] === argv[0]);
  return asksForOwn ? { root: own.root, plugins: new Map([[own.name, own]]) } : { root: script };
}

/** No command is there to say so: none was found, or loading it opened more files than may be open. */
function fail(error: GatewayError, json: boolean): void {
  process.exitCode = error.spec.exit;
  if (json) process.stdout.write(`${JSON.stringify(errorEnvelope(error), undefined, 2)}\n`);
  else
    process.stderr.write(
      `${renderError(error, (style, text) => paintFor(process.stderr)(style, visible(text)), columnsOf(process.stderr))}\n`,
    );
}
