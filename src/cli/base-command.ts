import { Command, Flags } from '@oclif/core';
import { asGatewayError, GatewayError } from '../errors.js';
import type { Diagnostic } from '../policy/diagnostic.js';
import { isColoured, paintFor } from './paint.js';
import { renderDiagnostics } from './render-diagnostics.js';
import { visible, visibleBetweenPaint } from './visible.js';

/** Flags that every command takes. */
const CONFIG_FLAGS = {
  config: Flags.string({ char: 'c', description: 'Configuration file (default: config.yaml in the data folder)', helpGroup: 'GLOBAL' }),
  'data-dir': Flags.string({ description: 'Data folder: token, audit trail (default: ~/.defenseclaw)', helpGroup: 'GLOBAL' }),
};

/** What a command prints as JSON when it fails. */
export interface ErrorEnvelope {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly diagnostics?: readonly Diagnostic[];
  };
}

/** What oclif throws of its own says with which code to end. */
type OclifError = Error & { readonly exitCode?: number; readonly oclif?: { readonly exit?: number } };

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

  /** Nobody reads the messages any more: a daemon goes on, and a command ends with what it found. */
  protected override async init(): Promise<void> {
    await super.init();
    process.stderr.on('error', () => undefined);
  }

  /** Coded errors end with their exit code and a hint, and so does a stranger, as `internal`; usage errors of oclif keep their own exit code 2. */
  protected override async catch(thrown: OclifError): Promise<void> {
    if (thrown.oclif !== undefined) {
      // With --json oclif looks for a property that its own errors do not have.
      if (this.jsonEnabled()) process.exitCode ??= thrown.oclif.exit;
      await super.catch(thrown);
      return;
    }
    const error = asGatewayError(thrown);
    process.exitCode = error.spec.exit;
    if (this.jsonEnabled()) {
      this.logJson(envelope(error));
      return;
    }
    const diagnostics = diagnosticsIn(error);
    if (diagnostics.length > 0) this.logToStderr(renderDiagnostics(diagnostics, this.paintError));
    this.logToStderr(`${this.paintError('red', 'Error:')} ${error.message} ${this.paintError('dim', `[${error.code}]`)}`);
    this.logToStderr(`${this.paintError('dim', 'Next:')}  ${error.spec.hint}`);
  }

  protected override toErrorJson(error: unknown): ErrorEnvelope {
    if (error instanceof GatewayError) return envelope(error);
    return { error: { code: 'usage', message: error instanceof Error ? error.message : String(error) } };
  }

  /** Ends the command with this exit code after its output is written. */
  protected endWith(exitCode: number): void {
    process.exitCode = exitCode;
  }
}

function shown(message: string, stream: NodeJS.WriteStream): string {
  return isColoured(stream) ? visibleBetweenPaint(message) : visible(message);
}

function envelope(error: GatewayError): ErrorEnvelope {
  const diagnostics = diagnosticsIn(error);
  const { code, message, spec } = error;
  return { error: { code, message, hint: spec.hint, ...(diagnostics.length > 0 ? { diagnostics } : {}) } };
}

function diagnosticsIn(error: GatewayError): readonly Diagnostic[] {
  const { diagnostics } = error.details;
  return Array.isArray(diagnostics) ? (diagnostics as readonly Diagnostic[]) : [];
}
