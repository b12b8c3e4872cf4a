import { chmod, realpath, rename, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { convertManifests } from './convert-manifests.js';
import type { FormattedModule } from '../compiler/format-protocol.js';
import type { RegoModule } from '../compiler/protocol.js';
import { moduleTexts } from '../compiler/module-texts.js';
import { GatewayError } from '../errors.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { PolicyEngine } from './policy-engine.js';
import { readSources } from './read-sources.js';

/** Every module and test as OPA would format it. */
export async function formatPolicy(parts: PolicyEngine): Promise<{ readonly root: string; readonly files: readonly FormattedModule[] }> {
  const source = await readSources(parts);
  const { files } = await parts.compiler.format({ modules: moduleTexts([...source.modules, ...source.tests]), diff: true });
  return { root: source.root, files };
}

/** Rego v0 rewritten as v1. */
export interface MigratedPolicy {
  readonly root: string;
  readonly files: readonly FormattedModule[];
  /** What does not compile as v1 and did as v0, in the lines of the new text: for people to mend first. */
  readonly refused: readonly Diagnostic[];
  /** The configuration says v0 of this many files, and will say it of their new text. */
  readonly declaredV0: number;
}

/** Every module and test as v1 would have it, and the manifests that say v0 of them. Files that are v1 already are laid out. Writes nothing. */
export async function migratePolicy(parts: PolicyEngine): Promise<MigratedPolicy> {
  const { compiler, evaluator } = parts;
  const source = await readSources(parts);
  const all = [...source.modules, ...source.tests];
  const modules = moduleTexts(all).map(({ path: name, text }): RegoModule => ({ path: name, text, regoVersion: 'v0' }));
  const { files } = await compiler.format({ modules, target: 'v1', diff: true });
  const manifests = await convertManifests(source, parts.policyDir ?? source.root);
  const declaredV0 = manifests.stillOld(all.filter(({ regoVersion }) => regoVersion === 'v0').map((file) => file.path));
  const done = { root: source.root, files: [...files, ...manifests.files], declaredV0 };
  if (files.some(({ diagnostics }) => diagnostics.length > 0)) return { ...done, refused: [] };
  const check = (given: readonly RegoModule[]): ReturnType<typeof compiler.check> =>
    compiler.check({ modules: given, hosted: evaluator.hostedBuiltins, strict: false });
  const after = await check(files.map(({ path: name, text }) => ({ path: name, text })));
  if (after.ok) return { ...done, refused: [] };
  const before = new Set((await check(modules)).diagnostics.map(messageKey));
  return { ...done, refused: after.diagnostics.filter((diagnostic) => !before.has(messageKey(diagnostic))) };
}

/** Lines move when a file is rewritten. */
function messageKey({ file, code, message }: Diagnostic): string {
  return [file, code, message].join('\0');
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
