import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { constants } from 'node:os';

import {
  CancellationTokenSource,
  createMessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
  type Message,
  type MessageConnection,
} from 'vscode-jsonrpc/node.js';

import { GatewayError } from '../errors.js';
import { giveWay } from './give-way.js';
import { PROTOCOL_VERSION, type InitializeResult } from './protocol.js';
import { holdOpen, startService } from './start-service.js';

export { CancellationTokenSource, ResponseError };

/** Kept of stderr for the error that reports a crash: a Go stack trace fits. */
const MAX_STDERR = 16_384;

/** Time for the child to end by itself once its stdin is closed. */
const CLOSE_GRACE_MS = 2_000;

/** How the process gets on with others. */
export interface ServiceManners {
  /** As {@link giveWay} takes it. Default: that of this process. */
  readonly priority?: number | undefined;
  /** It gets the processor time that nobody else asks for, see {@link idleCommand}; where there is no such thing, the lowest priority. */
  readonly idle?: boolean | undefined;
}

/** One child process. It ends once; whoever needs another makes another. */
export class ServiceProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #connection: MessageConnection;
  /** Rejects of the calls that run: the end of the child ends them all. */
  readonly #callers = new Set<(error: GatewayError) => void>();
  readonly #exited: Promise<void>;
  readonly #ready: Promise<InitializeResult>;
  #endedWith: GatewayError | undefined;
  #stderr = '';
  #running = 0;
  #alive = true;
  #reason: GatewayError | undefined;

  constructor(binary: string, { idle = false, priority = idle ? constants.priority.PRIORITY_LOW : undefined }: ServiceManners = {}) {
    this.#child = startService(binary, idle);
    this.#connection = createMessageConnection(new StreamMessageReader(this.#child.stdout), new ForgivingWriter(this.#child.stdin));
    this.#exited = this.#watch();
    this.#connection.listen();
    this.#ready = this.#handshake(priority);
    // The calls that wait for it see its rejection; without a call, nobody has to.
    this.#ready.catch(() => undefined);
    holdOpen(this.#child, false);
  }

  /** False once the child is gone or was refused: the next call needs a new one. */
  get alive(): boolean {
    return this.#alive;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Versions of the child; rejects when it does not fit this half. */
  async versions(): Promise<InitializeResult> {
    return this.#whileRunning(() => this.#ready);
  }

  async request<R>(method: string, params: unknown, token?: CancellationToken): Promise<R> {
    return this.#whileRunning(async () => {
      await this.#ready;
      return this.#connection.sendRequest<R>(method, params, token);
    });
  }

  /** Ends the child at once; running calls fail with `reason`. */
  kill(reason: GatewayError): void {
    this.#reason ??= reason;
    this.#child.kill('SIGKILL');
  }

  /** Ends the child by closing its stdin, and by force when it does not follow. Running calls fail with `reason`. */
  async close(reason: GatewayError): Promise<void> {
    this.#reason ??= reason;
    holdOpen(this.#child, true);
    this.#child.stdin.end();
    const force = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_GRACE_MS);
    await this.#exited;
    clearTimeout(force);
  }

  /** The end of this child, whoever notices it first. */
  #end(error: GatewayError): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#child.kill('SIGKILL');
    this.#endedWith = this.#reason ?? error;
    for (const reject of this.#callers) reject(this.#endedWith);
    this.#callers.clear();
    this.#connection.dispose();
  }

  #watch(): Promise<void> {
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR);
    });
    this.#child.stdin.on('error', () => undefined);
    this.#connection.onError(([cause, unsent]) => {
      // A message that could not be written means that the child is going: its end says why.
      if (unsent !== undefined || isBrokenPipe(cause)) return;
      const message = `The Rego compiler does not speak the protocol: ${cause.message}`;
      this.#end(new GatewayError('compiler_protocol', message, { cause, details: this.#details() }));
    });
    return new Promise((resolve) => {
      this.#child.on('error', (cause) => {
        // Also emitted for a kill that failed; only a child without a pid was never started.
        if (this.#child.pid !== undefined) return;
        this.#end(new GatewayError('compiler_missing', `The Rego compiler cannot be started: ${cause.message}`, { cause }));
        resolve();
      });
      // `close` and not `exit`: by then stderr is read to its end.
      this.#child.on('close', (code, signal) => {
        const message = `The Rego compiler ended unexpectedly (${signal ?? `exit code ${String(code)}`}).`;
        this.#end(new GatewayError('compiler_crashed', message, { details: this.#details() }));
        resolve();
      });
    });
  }

  async #handshake(priority: number | undefined): Promise<InitializeResult> {
    const answer = await this.#connection.sendRequest<InitializeResult>('initialize', { protocolVersion: PROTOCOL_VERSION });
    const { pid } = this.#child;
    if (priority !== undefined && pid !== undefined) giveWay(pid, priority);
    if (answer.protocolVersion === PROTOCOL_VERSION) return answer;
    const error = new GatewayError(
      'compiler_version_mismatch',
      `The Rego compiler speaks protocol ${answer.protocolVersion} (OPA ${answer.opaVersion}), this gateway speaks ${PROTOCOL_VERSION}.`,
      { details: { expected: PROTOCOL_VERSION, actual: answer.protocolVersion, opaVersion: answer.opaVersion } },
    );
    this.#end(error);
    throw error;
  }

  /** The child keeps the Node process alive only while a call runs. */
  async #whileRunning<R>(work: () => Promise<R>): Promise<R> {
    this.#running += 1;
    holdOpen(this.#child, true);
    try {
      return await this.#orEnd(work());
    } finally {
      this.#running -= 1;
      if (this.#running === 0) holdOpen(this.#child, false);
    }
  }

  /**
   * The answer, or the end of the child. A race against one promise of the child's whole life would keep every answer alive
   * as long as the child: each race leaves a reaction behind that holds its result.
   */
  #orEnd<R>(answer: Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.#endedWith !== undefined) reject(this.#endedWith);
      this.#callers.add(reject);
      answer.then(resolve, reject).finally(() => this.#callers.delete(reject));
    });
  }

  #details(): Record<string, unknown> {
    return this.#stderr === '' ? {} : { stderr: this.#stderr };
  }
}

/**
 * A failed write rejects twice inside vscode-jsonrpc, and the second rejection has no handler. Nothing is lost: the end of
 * the child, which made the write fail, rejects every running call.
 */
class ForgivingWriter extends StreamMessageWriter {
  override async write(message: Message): Promise<void> {
    try {
      await super.write(message);
    } catch {
      // Reported through the connection's error event.
    }
  }
}

/** The pipe to a child that is going. It may be told before the end of the child is, and without the message that it was to carry. */
function isBrokenPipe(cause: NodeJS.ErrnoException): boolean {
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'].includes(cause.code ?? '');
}
