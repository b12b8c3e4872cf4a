import { Flags } from '@oclif/core';
import { GatewayCommand } from '../cli/base-command.js';
import { ADDRESS_FLAGS, REGO_FLAGS } from '../cli/flags.js';
import { runUntilSignal } from '../cli/run-until-signal.js';
import { configFromFlags } from '../cli/settings.js';
import { renderBanner } from '../cli/banner.js';
import type { EarlyThread } from '../evaluator/pool/early-thread.js';
import type { GatewayError } from '../errors.js';
import { createLogger, isJsonLog } from '../telemetry/logger.js';
import type { Config } from '../config/config.js';
import { createGatewayEvaluator } from '../gateway/gateway-evaluator.js';
import { readAhead } from '../gateway/open-gateway-history.js';

export default class Start extends GatewayCommand {
  /** An evaluator thread that runs already. */
  static early: EarlyThread | undefined;
  /** Called when all of it is up. */
  static onReady: () => void = () => undefined;

  static override id = 'start';
  static override summary = 'Start the gateway in the foreground';
  static override description =
    'Compiles the policies, listens, and reloads when a policy file changes. Ends on SIGTERM or SIGINT after the requests under way are answered; SIGHUP reloads the policies.';
  static override examples = [
    { description: 'On the shipped policies', command: '<%= config.bin %> start --policy-dir policies' },
    { description: 'On any free port, machine-readable log', command: '<%= config.bin %> start --port 0 --log-format json' },
  ];
  static override enableJsonFlag = false;
  static override flags = {
    'policy-dir': Flags.string({ char: 'd', description: 'Folder of the policies (default: <data-dir>/policies)' }),
    ...ADDRESS_FLAGS,
    ...REGO_FLAGS,
    watch: Flags.boolean({ allowNo: true, description: 'Reload by itself when files change (default: on)' }),
    'log-level': Flags.string({
      options: ['debug', 'info', 'warn', 'error', 'silent'],
      description: 'Least important level that is logged',
    }),
    'log-format': Flags.string({
      options: ['auto', 'pretty', 'json'],
      description: 'Shape of the log lines; auto is pretty on a terminal',
    }),
  };

  #format: Config['log']['format'] = 'auto';

  /** What ends the start is a line of the log like all others. */
  protected override say(error: GatewayError): void {
    if (error.code === 'usage' || !isJsonLog(this.#format)) {
      super.say(error);
      return;
    }
    const { code, message, hint, details } = error;
    createLogger({ format: 'json' }).error(
      { code, hint, ...('diagnostics' in details ? { diagnostics: details['diagnostics'] } : {}) },
      message,
    );
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Start);
    if (flags['log-format'] === 'pretty' || flags['log-format'] === 'json') this.#format = flags['log-format'];
    await runUntilSignal(async () => {
      const config = configFromFlags(flags);
      this.#format = config.log.format;
      const early = createGatewayEvaluator(config, Start.early);
      // Its threads read in their code while this one reads in all the rest.
      early.evaluator.warm();
      const ahead = readAhead(config, early);
      const { bootGateway } = await import('../gateway/boot.js');
      const gateway = await bootGateway({
        config,
        load: () => configFromFlags(flags),
        version: this.config.version,
        evaluator: early,
        ahead,
      });
      void gateway.ready.then(() => {
        gateway.announce(() => this.shownOnStderr(renderBanner(gateway, this.paintError)));
        Start.onReady();
      });
      return gateway;
    });
  }
}
