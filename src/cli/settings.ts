import { loadConfig } from '../config/load.js';
import type { Config } from '../config/config.js';

/** The flags that any command may carry into the configuration; undefined means not given. */
export interface SettingFlags {
  readonly config?: string | undefined;
  readonly 'data-dir'?: string | undefined;
  readonly 'policy-dir'?: string | undefined;
  readonly bind?: string | undefined;
  readonly port?: number | undefined;
  readonly watch?: boolean | undefined;
  readonly 'log-level'?: string | undefined;
  readonly 'log-format'?: string | undefined;
  readonly 'v0-compatible'?: boolean | undefined;
}

/** Flags over environment over file over defaults. Throws `config_invalid`, `config_unreadable`. */
export function configFromFlags(flags: SettingFlags, { withoutFile = false } = {}): Config {
  return loadConfig({
    withoutFile,
    configFile: flags.config,
    flags: {
      data_dir: flags['data-dir'],
      policy_dir: flags['policy-dir'],
      'gateway.api_bind': flags.bind,
      'gateway.api_port': flags.port,
      'gateway.watcher.enabled': flags.watch,
      'log.level': flags['log-level'],
      'log.format': flags['log-format'],
      'policy.rego_version': flags['v0-compatible'] === true ? 'v0' : undefined,
    },
  });
}
