import { POLICY_ARGS, POLICY_FLAGS } from '../../cli/flags.js';
import { labelled } from '../../cli/fit.js';
import { LocalPolicyCommand } from '../../cli/local-policy-command.js';
import { readData } from '../../gateway/read-data.js';
import { isActive, PRESET_NAMES, readPreset } from '../../policy/presets/preset.js';

interface ListedPreset {
  readonly name: string;
  readonly description: string;
  /** Everything that it says holds in the folder. */
  readonly active: boolean;
}

/** Columns of a mark and the gaps around a name. */
const INDENT = 4;

export default class PolicyList extends LocalPolicyCommand {
  static override summary = 'List the presets, and which of them the data of a folder is';
  static override description =
    'A preset is a set of values of the data document: `policy show NAME` prints it, `policy activate NAME` sets it. Kept revisions are listed by `policy history`.';
  static override examples = ['<%= config.bin %> policy list', '<%= config.bin %> policy list ./policies --json'];
  static override args = POLICY_ARGS;
  static override flags = POLICY_FLAGS;

  async run(): Promise<readonly ListedPreset[]> {
    const { args, flags } = await this.parse(PolicyList);
    const { document } = await this.withPolicy({ args, flags }, ({ parts }) => readData(parts));
    const presets = PRESET_NAMES.map(readPreset).map((preset) => ({
      ...{ name: preset.name, description: preset.description, active: isActive(preset, document) },
    }));
    const width = Math.max(...PRESET_NAMES.map((name) => name.length));
    for (const { name, description, active } of presets) {
      const label = `${active ? this.paint('green', '●') : ' '} ${name.padEnd(width)}  `;
      this.log(labelled(label, this.paint('dim', description), width + INDENT, this.columns));
    }
    return presets;
  }
}
