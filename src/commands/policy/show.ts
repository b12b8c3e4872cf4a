import { Args, Flags } from '@oclif/core';
import { ADDRESS_FLAGS, POLICY_FLAGS } from '../../cli/flags.js';
import { LocalPolicyCommand } from '../../cli/local-policy-command.js';
import { withLocalHistory } from '../../cli/local-history.js';
import { renderKept } from '../../cli/render-kept.js';
import type { SettingFlags } from '../../cli/settings.js';
import { filesOf } from '../../policy/assemble.js';
import { readData } from '../../gateway/read-data.js';
import { isPresetName, readPreset } from '../../policy/presets/preset.js';
import type { PresetName } from '../../policy/presets/preset.js';
import { wireEntry } from '../../history/entry-wire.js';

export default class PolicyShow extends LocalPolicyCommand {
  static override summary = 'Print the effective data document, what can be asked of the policies, a kept revision, or a preset';
  static override description = 'The data document is the merge of all data files, with data-*.json overlays applied.';
  static override examples = [
    '<%= config.bin %> policy show',
    '<%= config.bin %> policy show ./policies --entrypoints',
    '<%= config.bin %> policy show previous',
    '<%= config.bin %> policy show strict',
  ];
  static override args = {
    revision: Args.string({
      ignoreStdin: true,
      description:
        'A folder (. or a name with a slash), or a kept revision: serving, previous, ~N, a number, or its first digits; or a preset',
    }),
    file: Args.string({ ignoreStdin: true, description: 'A file of that revision to print' }),
  };
  static override flags = {
    ...POLICY_FLAGS,
    ...ADDRESS_FLAGS,
    entrypoints: Flags.boolean({ description: 'List packages and rules that can be evaluated' }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(PolicyShow);
    const dir = args.revision !== undefined && args.file === undefined && isFolder(args.revision) ? args.revision : undefined;
    // No name of a preset is a revision: each has a letter that is no hexadecimal digit.
    if (args.revision !== undefined && isPresetName(args.revision)) return this.#preset(args.revision);
    if (args.revision !== undefined && dir === undefined) return this.#kept(args.revision, args.file, flags);
    const folder = { args: { dir }, flags };
    if (flags.entrypoints) {
      const entrypoints = await this.withEngine(folder, ({ parts }) => Promise.resolve(parts.engine.current?.policy.entrypoints ?? []));
      this.log(entrypoints.map(({ kind, path }) => `${this.paint('dim', kind.padEnd(8))} ${path}`).join('\n'));
      return entrypoints;
    }
    const data = await this.withPolicy(folder, ({ parts }) => readData(parts));
    this.log(data.pretty);
    return data.document;
  }

  #preset(name: PresetName): unknown {
    const { description, data } = readPreset(name);
    this.logToStderr(this.paintError('dim', description));
    this.log(JSON.stringify(data, undefined, 2));
    return data;
  }

  async #kept(revision: string, file: string | undefined, flags: SettingFlags): Promise<unknown> {
    return withLocalHistory(flags, this.config.version, async (history) => {
      if (file !== undefined) {
        const text = Buffer.from((await history.file(revision, file)).bytes).toString('utf8');
        this.log(text.replace(/\n$/u, ''));
        return { file, text };
      }
      const { entry, source } = await history.sources(revision);
      const files = filesOf(source).map(({ path, bytes }) => ({ path, bytes: bytes.byteLength }));
      this.log(renderKept(entry, files, this.paint, this.columns));
      return { ...wireEntry(entry), files };
    });
  }
}

/** A name of the history has no slash and is no dot. */
function isFolder(name: string): boolean {
  return name.includes('/') || name === '.' || name === '..';
}
