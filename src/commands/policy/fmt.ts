import { Flags } from '@oclif/core';
import { GatewayCommand } from '../../cli/base-command.js';
import { POLICY_FLAGS } from '../../cli/flags.js';
import { withLocalPolicy } from '../../cli/local-policy.js';
import { visibleLine } from '../../cli/visible.js';
import type { FormattedModule } from '../../compiler/protocol.js';
import { GatewayError } from '../../errors.js';
import { formatPolicy, writeFormatted } from '../../gateway/format-policy.js';

export default class PolicyFmt extends GatewayCommand {
  static override summary = 'Format Rego files as OPA does';
  static override description =
    'Lists the files that are not formatted; --diff shows the changes, --write makes them. Exit codes: 0 all formatted (or written), 1 not.';
  static override examples = [
    '<%= config.bin %> policy fmt',
    '<%= config.bin %> policy fmt --diff',
    '<%= config.bin %> policy fmt --write',
  ];
  static override flags = {
    ...POLICY_FLAGS,
    diff: Flags.boolean({ description: 'Show what would change', exclusive: ['write'] }),
    write: Flags.boolean({ description: 'Write the formatted text into the files' }),
  };

  async run(): Promise<readonly FormattedModule[]> {
    const { flags } = await this.parse(PolicyFmt);
    return withLocalPolicy(flags, async ({ parts }) => {
      const { root, files } = await formatPolicy(parts);
      const diagnostics = files.flatMap((file) => file.diagnostics);
      if (diagnostics.length > 0)
        throw new GatewayError('policy_rejected', 'files that do not parse cannot be formatted', { details: { diagnostics } });
      const changed = files.filter((file) => file.changed);
      if (flags.write) await writeFormatted(root, changed);
      else if (changed.length > 0) this.endWith(1);
      for (const file of changed) this.log(flags.diff ? this.#colour(file.diff ?? '') : visibleLine(file.path));
      return changed;
    });
  }

  #colour(diff: string): string {
    const styles = { '+': 'green', '-': 'red', '@': 'cyan' } as const;
    return diff
      .split('\n')
      .map((line) => {
        const style = styles[line.charAt(0) as keyof typeof styles] as (typeof styles)[keyof typeof styles] | undefined;
        return style === undefined ? line : this.paint(style, line);
      })
      .join('\n');
  }
}
