import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { GatewayError } from '../errors.js';
import type { ServingCommand, ServingEvent, ProcessFigures } from './protocol.js';
import { startProcess } from './start-process.js';

/** Who is told what a process does. */
export interface ProcessListener {
  event(process: ServerProcess, event: ServingEvent): void;
  /** It is gone, asked to or not. */
  ended(process: ServerProcess, how: string): void;
}

/** A process that is loaded so far may not know of a generation for this long; then it is taken to hang. */
const PREPARE_TIMEOUT_MS = 30_000;

type Settle = (failure?: GatewayError) => void;

/** One serving process as the main process sees it. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Settle>();
  readonly #handing = new Map<Socket, () => void>();
  /** Has its settings and everything that is to be served. */
  ready = false;
  figures: ProcessFigures | undefined;
  /** When it last said anything, of `performance.now()`. */
  heardAt = performance.now();
  #ended = false;

  constructor(wordsFd: number, listener: ProcessListener) {
    this.#child = startProcess(wordsFd);
    this.#child.on('message', (message) => {
      this.heardAt = performance.now();
      this.#receive(message as ServingEvent);
      listener.event(this, message as ServingEvent);
    });
    const end = (how: string): void => {
      if (this.#ended) return;
      this.#ended = true;
      this.ready = false;
      for (const settle of this.#waiting.values()) settle();
      this.#waiting.clear();
      const handing = [...this.#handing.values()];
      this.#handing.clear();
      for (const otherwise of handing) otherwise();
      listener.ended(this, how);
    };
    this.#child.on('error', (error) => end(error.message));
    this.#child.on('exit', (code, signal) => end(signal === null ? `exit code ${String(code)}` : `signal ${signal}`));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** A message to one that just went is lost, as it would be a moment later. */
  send(command: ServingCommand): void {
    if (this.#child.connected) this.#child.send(command, () => undefined);
  }

  /** Connections on their way to it: Node hands over one at a time, the next when the process took the one before. */
  get handing(): number {
    return this.#handing.size;
  }

  /** Hands a connection over, or calls `otherwise` when it is gone before it came to that. */
  give(socket: Socket, otherwise: () => void): void {
    if (!this.#child.connected) {
      otherwise();
      return;
    }
    this.#handing.set(socket, otherwise);
    const command: ServingCommand = { type: 'connection' };
    this.#child.send(command, socket, {}, (error) => {
      if (!this.#handing.delete(socket)) return;
      if (error !== null) otherwise();
    });
  }

  /** Resolves once it has the revision, or is gone: nobody waits for a process that is replaced. Rejects when the revision is to blame. */
  async prepare(command: ServingCommand & { readonly type: 'prepare' }): Promise<void> {
    const { generation } = command.revision;
    await new Promise<void>((resolve, reject) => {
      const hang = setTimeout(() => this.kill(), PREPARE_TIMEOUT_MS);
      this.#waiting.set(generation, (failure) => {
        clearTimeout(hang);
        this.#waiting.delete(generation);
        if (failure === undefined) resolve();
        else reject(failure);
      });
      if (this.#ended) this.#waiting.get(generation)?.();
      else this.send(command);
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #receive(event: ServingEvent): void {
    if (event.type === 'prepared') this.#waiting.get(event.generation)?.();
    else if (event.type === 'refused') this.#waiting.get(event.generation)?.(new GatewayError(event.code, event.message));
    else if (event.type === 'report') this.figures = event.figures;
  }
}
