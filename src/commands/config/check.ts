import { existsSync } from 'node:fs';
import { GatewayCommand } from '../../cli/base-command.js';
import { configFromFlags } from '../../cli/settings.js';

interface CheckedConfig {
  /** Null: there is none, and the defaults hold. */
  readonly file: string | null;
  readonly policy_dir: string | null;
  readonly not_used: readonly string[];
  readonly warnings: readonly string[];
}

export default class ConfigCheck extends GatewayCommand {
  static override summary = 'Check the configuration as a start would read it';
  static override description =
    'Names each setting that is wrong with its file, line and column, and the settings of DefenseClaw that have no use here. Exit codes: 0 in order, 2 not.';
  static override examples = ['<%= config.bin %> config check', '<%= config.bin %> config check --config ./config.yaml --json'];

  async run(): Promise<CheckedConfig> {
    const { flags } = await this.parse(ConfigCheck);
    const { paths, warnings, notUsed } = configFromFlags(flags);
    const file = existsSync(paths.configFile) ? paths.configFile : null;
    for (const warning of warnings) this.logToStderr(`${this.paintError('yellow', 'warning')}: ${warning}`);
    this.log(`${this.paint('green', '✓')} ${file === null ? `no ${paths.configFile}: the defaults hold` : `${file}: OK`}`);
    return { file, policy_dir: paths.policyDir ?? null, not_used: notUsed, warnings };
  }
}
