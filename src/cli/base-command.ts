import { Command, Flags } from '@oclif/core';
import { asGatewayError, ERRORS, GatewayError } from '../errors.js';
import { columnsOf } from './fit.js';
import type { Columns } from './fit.js';
import { isColoured, paintFor } from './paint.js';
import { errorEnvelope, renderError } from './render-error.js';
import { unframed, usageError } from './usage-error.js';
import type { OclifError } from './usage-error.js';
import { visible, visibleBetweenPaint } from './visible.js';

/** Flags that every command takes. */
const CONFIG_FLAGS = {
  config: Flags.string({ char: 'c', description: 'Configuration file (default: config.yaml in the data folder)', helpGroup: 'GLOBAL' }),
  'data-dir': Flags.string({ description: 'Data folder: token, audit trail (default: ~/.defenseclaw)', helpGroup: 'GLOBAL' }),
};

/** The base of every command: JSON envelope, error rendering and exit codes are decided here and nowhere else. */
export abstract class GatewayCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = CONFIG_FLAGS;

  protected readonly paint = paintFor(process.stdout);
  protected readonly paintError = paintFor(process.stderr);

  /** Everything for people goes through these two: no text of a policy, a file name or an answer reaches the terminal raw. */
  override log(message = ''): void {
    super.log(shown(message, process.stdout));
  }

  override logToStderr(message = ''): void {
    super.logToStderr(shown(message, process.stderr));
  }

  /** The text as {@link log} would print it. */
  protected shown(message: string): string {
    return shown(message, process.stdout);
  }

  /** Width of the terminal that {@link log} writes to; undefined for a pipe. */
  protected get columns(): Columns {
    return columnsOf(process.stdout);
  }

  /** Width of the terminal that {@link logToStderr} writes to; undefined for a pipe. */
  protected get errorColumns(): Columns {
    return columnsOf(process.stderr);
  }

  /** The same for standard error. */
  protected shownOnStderr(message: string): string {
    return shown(message, process.stderr);
  }

  /** Nobody reads the messages any more: a daemon goes on, and a command ends with what it found. */
  protected override async init(): Promise<void> {
    await super.init();
    process.stderr.on('error', () => undefined);
  }

  /** Coded errors end with their exit code and a hint, and so does a stranger, as `internal`. */
  protected override async catch(thrown: OclifError): Promise<void> {
    if (thrown.code === 'EEXIT') throw thrown;
    const error = thrown.oclif === undefined ? this.#pointed(asGatewayError(thrown)) : this.#usage(thrown);
    process.exitCode = this.exitOf(error);
    this.say(error);
    return Promise.resolve();
  }

  /** Says what went wrong as every failure of a command is said. */
  protected say(error: GatewayError): void {
    if (this.jsonEnabled()) this.logJson(errorEnvelope(error));
    else if (this.#writesLines) super.log(JSON.stringify(errorEnvelope(error)));
    else this.logToStderr(renderError(error, this.paintError, this.errorColumns));
  }

  /** With which code this command ends for an error. */
  protected exitOf(error: GatewayError): number {
    return error.spec.exit;
  }

  /** Was asked for JSON that is one document a line, so that an error is one too. */
  get #writesLines(): boolean {
    return 'json' in { ...this.ctor.flags } && this.argv.includes('--json');
  }

  /** The table knows no command to name. */
  #pointed(error: GatewayError): GatewayError {
    if (error.hint !== ERRORS.usage.hint) return error;
    const hint = `See \`${this.#named} --help\`.`;
    return new GatewayError('usage', unframed(error.message), { cause: error, details: error.details, hint });
  }

  get #named(): string {
    return `${this.config.bin} ${(this.id ?? '').replaceAll(':', ' ')}`;
  }

  #usage(thrown: OclifError): GatewayError {
    const { flags, baseFlags, enableJsonFlag } = this.ctor;
    const named = Object.entries({ ...baseFlags, ...flags });
    const known = named.flatMap(([name, { aliases, ...flag }]) => [name, ...(aliases ?? []), ...(isNegatable(flag) ? [`no-${name}`] : [])]);
    return usageError(thrown, this.#named, [...known, 'help', ...(enableJsonFlag ? ['json'] : [])]);
  }

  /** Ends the command with this exit code after its output is written. */
  protected endWith(exitCode: number): void {
    process.exitCode = exitCode;
  }
}

function shown(message: string, stream: NodeJS.WriteStream): string {
  return isColoured(stream) ? visibleBetweenPaint(message) : visible(message);
}

function isNegatable(flag: object): boolean {
  return 'allowNo' in flag && flag.allowNo === true;
}
