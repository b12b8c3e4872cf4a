import { Args, Flags } from '@oclif/core';
import { GatewayCommand } from '../../cli/base-command.js';
import { ADDRESS_FLAGS, POLICY_FLAGS } from '../../cli/flags.js';
import { withLocalEngine, withLocalPolicy } from '../../cli/local-policy.js';
import { withLocalHistory } from '../../cli/local-history.js';
import { renderKept } from '../../cli/render-kept.js';
import type { SettingFlags } from '../../cli/settings.js';
import { filesOf } from '../../policy/assemble.js';
import { readData } from '../../gateway/read-data.js';

export default class PolicyShow extends GatewayCommand {
  static override summary = 'Print the effective data document, what can be asked of the policies, or a kept revision';
  static override description = 'The data document is the merge of all data files, with data-*.json overlays applied.';
  static override examples = ['<%= config.bin %> policy show', '<%= config.bin %> policy show --entrypoints'];
  static override args = {
    revision: Args.string({
      ignoreStdin: true,
      description: 'A kept revision to look at: serving, previous, ~N, a number, or its first digits',
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
    if (args.revision !== undefined) return this.#kept(args.revision, args.file, flags);
    if (flags.entrypoints) {
      const entrypoints = await withLocalEngine(flags, ({ parts }) => Promise.resolve(parts.engine.current?.policy.entrypoints ?? []));
      this.log(entrypoints.map(({ kind, path }) => `${this.paint('dim', kind.padEnd(8))} ${path}`).join('\n'));
      return entrypoints;
    }
    const data = await withLocalPolicy(flags, ({ parts }) => readData(parts));
    this.log(data.pretty);
    return data.document;
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
      this.log(renderKept(entry, files, this.paint));
      return { ...entry, files };
    });
  }
}
