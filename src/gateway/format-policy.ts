import { chmod, realpath, rename, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FormattedModule } from '../compiler/protocol.js';
import { GatewayError } from '../errors.js';
import { moduleTexts } from './module-texts.js';
import type { PolicyEngine } from './policy-engine.js';
import { readSources } from './read-sources.js';

/** Every module and test as OPA would format it. */
export async function formatPolicy(parts: PolicyEngine): Promise<{ readonly root: string; readonly files: readonly FormattedModule[] }> {
  const source = await readSources(parts);
  const { files } = await parts.compiler.format({ modules: moduleTexts([...source.modules, ...source.tests]), diff: true });
  return { root: source.root, files };
}

/** Replaces each file whole (temp file + rename, mode kept), so that a watching gateway never reads half of one. */
export async function writeFormatted(root: string, files: readonly FormattedModule[]): Promise<void> {
  for (const { path: name, text } of files) {
    // A symlinked file is written where it really is: renaming over the link would turn it into a plain file.
    const file = await realpath(path.join(root, name));
    const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
    try {
      await writeFile(temporary, text);
      // Not as an option of the writing: there the umask would take bits off.
      await chmod(temporary, (await stat(file)).mode);
      await rename(temporary, file);
    } catch (cause) {
      await unlink(temporary).catch(() => undefined);
      throw new GatewayError('policy_unreadable', `cannot write ${file}`, { cause, details: { file: name } });
    }
  }
}
