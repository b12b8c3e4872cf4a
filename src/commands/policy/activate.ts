import { Args, Flags } from '@oclif/core';
import { reloadBound, sayWhileWaiting } from '../../cli/await-reload.js';
import { ADDRESS_FLAGS, POLICY_ARGS, POLICY_FLAGS } from '../../cli/flags.js';
import { LocalPolicyCommand } from '../../cli/local-policy-command.js';
import { openGateway } from '../../cli/open-gateway.js';
import { refusalOf } from '../../cli/reload-body.js';
import type { SettingFlags } from '../../cli/settings.js';
import { whoAmI } from '../../cli/who-am-i.js';
import { asGatewayError, ERRORS } from '../../errors.js';
import { activatePreset } from '../../gateway/activate-preset.js';
import type { Activation } from '../../gateway/activate-preset.js';
import { readSources } from '../../gateway/read-sources.js';
import { PRESET_NAMES, readPreset } from '../../policy/presets/preset.js';

interface ActivationReport {
  readonly preset: string;
  readonly root: string;
  readonly changed: Activation['changed'];
  /** `none`: no gateway that serves this folder was asked. */
  readonly reload: 'reloaded' | 'unchanged' | 'held' | 'rejected' | 'none';
}

export default class PolicyActivate extends LocalPolicyCommand {
  static override summary = 'Set a preset in the data files of a folder, and let the gateway that serves it reload';
  static override description =
    'Each data file is replaced whole, and a copy of what it was stays beside it. Values that the preset does not name stay. When the reload is refused, the files are put back. `policy rollback` goes back to what served. Exit codes: 0 set, 1 refused.';
  static override examples = [
    '<%= config.bin %> policy activate strict',
    '<%= config.bin %> policy activate firewall-deny-default ./policies --no-reload',
  ];
  static override args = {
    preset: Args.string({ options: [...PRESET_NAMES], ignoreStdin: true, description: 'Its name, see `policy list`', required: true }),
    dir: POLICY_ARGS.dir,
  };
  static override flags = {
    ...POLICY_FLAGS,
    ...ADDRESS_FLAGS,
    reload: Flags.boolean({ allowNo: true, default: true, description: 'Let a running gateway that serves the folder reload' }),
  };

  async run(): Promise<ActivationReport> {
    const { args, flags } = await this.parse(PolicyActivate);
    const preset = PRESET_NAMES.find((name) => name === args.preset) ?? 'default';
    const activation = await this.withPolicy({ args: { dir: args.dir }, flags }, async ({ parts }) =>
      activatePreset(await readSources(parts), readPreset(preset)),
    );
    const { root, changed } = activation;
    for (const { file, backup } of changed) this.log(`${file} ${this.paint('dim', `(before: ${backup})`)}`);
    if (changed.length === 0) this.log(`${root} has the values of ${preset} already`);
    const reload = flags.reload ? await this.#reload(activation, flags) : 'none';
    if (reload !== 'rejected') this.log(`${this.paint('green', '✓')} ${preset}: ${REPORTS[reload]}`);
    return { preset, root, changed, reload };
  }

  /** Without a gateway the next start serves it; one that serves another folder is left alone. */
  async #reload(activation: Activation, flags: SettingFlags): Promise<ActivationReport['reload']> {
    try {
      const client = openGateway(flags, reloadBound);
      const { body: status } = await client.call('GET', '/status');
      if ((status as { readonly policy?: { readonly source?: unknown } }).policy?.source !== activation.root) return 'none';
      const asked = client.call('POST', '/policy/reload', { by: whoAmI() });
      const { status: code, body } = await sayWhileWaiting(asked, (line) => this.logToStderr(this.paintError('dim', line)));
      if (code === 200) return outcomeOf(body);
      await activation.undo();
      this.endWith(ERRORS.policy_rejected.exit);
      if (!this.jsonEnabled()) this.say(refusalOf(body));
      this.logToStderr('The data files are as they were.');
      return 'rejected';
    } catch (thrown) {
      const { code } = asGatewayError(thrown);
      if (code === 'gateway_unreachable' || code === 'token_missing') return 'none';
      throw thrown;
    }
  }
}

const REPORTS = {
  reloaded: 'serves',
  unchanged: 'serves',
  held: 'does not serve: a pin holds what serves, see `policy resume`',
  none: 'is set; a gateway that watches the folder takes it by itself, another one at its start',
} as const;

function outcomeOf(body: unknown): 'reloaded' | 'unchanged' | 'held' {
  const { status, changed } = body as { readonly status?: unknown; readonly changed?: unknown };
  if (status === 'held') return 'held';
  return changed === false ? 'unchanged' : 'reloaded';
}
