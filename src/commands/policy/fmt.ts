import { Flags } from '@oclif/core';
import { POLICY_ARGS, POLICY_FLAGS } from '../../cli/flags.js';
import { LocalPolicyCommand } from '../../cli/local-policy-command.js';
import { count } from '../../cli/render-diagnostics.js';
import { visibleLine } from '../../cli/visible.js';
import type { FormattedModule } from '../../compiler/format-protocol.js';
import { GatewayError } from '../../errors.js';
import { formatPolicy, migratePolicy, writeFormatted } from '../../gateway/format-policy.js';
import type { PolicyEngine } from '../../gateway/policy-engine.js';

const CANNOT_FORMAT = 'files that do not parse cannot be formatted';
const CANNOT_MIGRATE = 'these lines have no place in Rego v1: mend them first, nothing was written';

export default class PolicyFmt extends LocalPolicyCommand {
  static override summary = 'Format Rego files as OPA does';
  static override description =
    'Lists the files that are not formatted; --diff shows the changes, --write makes them. With --v0-to-v1 the changes turn Rego v0 into v1; nothing is written when the result would not compile as v1. Exit codes: 0 all formatted (or written), 1 not.';
  static override examples = [
    '<%= config.bin %> policy fmt',
    '<%= config.bin %> policy fmt --diff',
    '<%= config.bin %> policy fmt --write',
    '<%= config.bin %> policy fmt --v0-to-v1 --write',
  ];
  static override args = POLICY_ARGS;
  static override flags = {
    ...POLICY_FLAGS,
    diff: Flags.boolean({ description: 'Show what would change', exclusive: ['write'] }),
    write: Flags.boolean({ description: 'Write the formatted text into the files' }),
    'v0-to-v1': Flags.boolean({
      description: 'Rewrite Rego v0 as v1 (`if`, `contains`, no imports of keywords), and the .manifest that says v0 of it',
    }),
  };

  async run(): Promise<readonly FormattedModule[]> {
    const { args, flags } = await this.parse(PolicyFmt);
    return this.withPolicy({ args, flags }, async ({ parts }) => {
      const { root, files } = flags['v0-to-v1'] ? await this.#migrate(parts, flags.write) : await formatPolicy(parts);
      const diagnostics = files.flatMap((file) => file.diagnostics);
      if (diagnostics.length > 0)
        throw new GatewayError('policy_rejected', flags['v0-to-v1'] ? CANNOT_MIGRATE : CANNOT_FORMAT, { details: { diagnostics } });
      const changed = files.filter((file) => file.changed);
      if (flags.write) await writeFormatted(root, changed);
      else if (changed.length > 0) this.endWith(1);
      for (const file of changed) this.log(flags.diff ? this.#colour(file.diff ?? '') : visibleLine(file.path));
      return changed;
    });
  }

  async #migrate(parts: PolicyEngine, write: boolean): ReturnType<typeof migratePolicy> {
    const migrated = await migratePolicy(parts);
    if (migrated.refused.length > 0) {
      const message = 'rewritten as v1 the modules would not compile: mend these in v0 first, nothing was written';
      throw new GatewayError('policy_rejected', message, { details: { diagnostics: migrated.refused } });
    }
    const { declaredV0, files } = migrated;
    if (declaredV0 > 0 && write && files.every((file) => file.diagnostics.length === 0))
      this.logToStderr(`Next: policy.rego_version or --v0-compatible says v0 of ${count(declaredV0, 'file')}: let it say v1 from now on.`);
    return migrated;
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
