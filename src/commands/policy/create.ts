import { Args, Flags } from '@oclif/core';
import path from 'node:path';
import { GatewayCommand } from '../../cli/base-command.js';
import { createFromPreset } from '../../gateway/activate-preset.js';
import { PRESET_NAMES, readPreset } from '../../policy/presets/preset.js';

export default class PolicyCreate extends GatewayCommand {
  static override summary = 'Write a policy folder to begin with: the shipped policies with the data of a preset';
  static override description = 'The folder has to be empty or new, and serves as it is: `start --policy-dir DIR`.';
  static override examples = ['<%= config.bin %> policy create ./policies --from-preset strict'];
  static override args = { dir: Args.string({ ignoreStdin: true, description: 'An empty or new folder', required: true }) };
  static override flags = {
    'from-preset': Flags.option({ options: PRESET_NAMES, default: 'default' as const, description: 'Whose values the data has' })(),
  };

  async run(): Promise<{ readonly preset: string; readonly dir: string }> {
    const { args, flags } = await this.parse(PolicyCreate);
    const dir = path.resolve(args.dir);
    await createFromPreset(readPreset(flags['from-preset']), dir);
    this.log(`${this.paint('green', '✓')} ${dir}: the shipped policies, preset ${flags['from-preset']}`);
    return { preset: flags['from-preset'], dir };
  }
}
