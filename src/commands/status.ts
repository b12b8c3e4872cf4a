import { setTimeout as pause } from 'node:timers/promises';
import { Flags } from '@oclif/core';
import { GatewayCommand } from '../cli/base-command.js';
import { briefTime } from '../cli/brief-time.js';
import { ADDRESS_FLAGS } from '../cli/flags.js';
import type { GatewayClient } from '../cli/gateway-client.js';
import { interrupted } from '../cli/interrupted.js';
import { openGatewayAnyway } from '../cli/open-gateway.js';
import { renderAway, renderStatus } from '../cli/render-status.js';
import type { StatusBody } from '../cli/render-status.js';
import { asGatewayError, ERRORS, GatewayError } from '../errors.js';

/** Between two looks, in ms. */
const LOOK_MS = 2_000;

/** Clears a terminal and goes to its first line. */
const CLEAR = '\u001b[2J\u001b[H';

export default class Status extends GatewayCommand {
  static override summary = 'Show what a running gateway serves';
  static override description =
    'Exit codes: 0 serving, 1 degraded (no revision, or the last reload was rejected), 3 unreachable, 4 no or wrong token. With --watch those of the last look.';
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json', '<%= config.bin %> status --watch'];
  static override flags = {
    ...ADDRESS_FLAGS,
    watch: Flags.boolean({
      char: 'w',
      description: 'Look again every 2 s until Ctrl-C; a gateway that is away may come back',
      exclusive: ['json'],
    }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Status);
    const { client, problem } = openGatewayAnyway(flags);
    if (problem !== undefined)
      this.logToStderr(`${this.paintError('yellow', 'warning')}: asking ${client.base} without the configuration: ${problem.message}`);
    if (flags.watch) return this.#watch(client);
    const answer = await this.#look(client);
    this.log(this.#text(client, answer));
    return answer;
  }

  async #look(client: GatewayClient): Promise<StatusBody> {
    const { status, body } = await client.call('GET', '/status');
    if (status !== 200) throw new GatewayError('gateway_refused', `${client.base}/status answered HTTP ${status}`);
    const answer = body as StatusBody;
    this.endWith(answer.policy.state === 'current' ? 0 : ERRORS.policy_rejected.exit);
    return answer;
  }

  #text(client: GatewayClient, answer: StatusBody): string {
    return renderStatus(client.base, answer, this.paint, this.columns);
  }

  async #watch(client: GatewayClient): Promise<void> {
    const stop = interrupted();
    while (!stop.aborted) {
      const text = await this.#look(client).then(
        (answer) => this.#text(client, answer),
        (thrown: unknown) => this.#trouble(thrown),
      );
      if (process.stdout.isTTY) process.stdout.write(CLEAR);
      this.log(`${text}\n${this.paint('dim', `${briefTime(new Date().toISOString())}, every ${LOOK_MS / 1000} s`)}`);
      await pause(LOOK_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  /** A gateway that starts again is the reason to watch; a wrong token stays wrong. */
  #trouble(thrown: unknown): string {
    const error = asGatewayError(thrown);
    if (error.code !== 'gateway_unreachable') throw error;
    this.endWith(error.spec.exit);
    return renderAway(error, this.paint, this.columns);
  }
}
