import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { GatewayError } from '../errors.js';
import type { Policy } from '../http/opa/resolve.js';
import { partsById, policyCode, withoutParts } from '../evaluator/policy-code.js';
import { Claims } from './claims.js';
import { Handover } from './handover.js';
import type { ServingCommand, ServingEvent, ProcessFigures } from './protocol.js';
import { startProcess } from './start-process.js';

/** Who is told what a process does. */
export interface ProcessListener {
  event(process: ServerProcess, event: ServingEvent): void;
  /** It gives a connection back that it had taken. */
  returned(socket: Socket, read: Uint8Array): void;
  /** It is gone, asked to or not. */
  ended(process: ServerProcess, how: string): void;
}

export interface ServerProcessOptions {
  /** Open file of the words that all processes read. */
  readonly wordsFd: number;
  /** Private folder for files. */
  readonly folder: string;
}

/** A process that is loaded so far may not know of a generation for this long; then it is taken to hang. */
const PREPARE_TIMEOUT_MS = 30_000;

/** A process that owes an answer for longer is not waited for, and gets no more connections until it is heard of again. */
const LATE_MS = 250;

type Settle = (failure?: GatewayError) => void;

/** One serving process as the main process sees it. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #claims: Claims;
  readonly #handover: Handover;
  readonly #waiting = new Map<number, Settle>();
  figures: ProcessFigures | undefined;
  #asked = 0;
  /** Number of the request that {@link figures} answer. */
  reported = 0;
  /** Questions since it last said anything. */
  silence = 0;
  /** Since when it owes an answer. */
  #owesSince: number | undefined;
  #equipped = false;
  #ended = false;
  /** Id of the library that was sent last. */
  #library: string | undefined;
  /** Ids of the parts of the policy that was sent last, which the process keeps. */
  #parts: ReadonlySet<string> = new Set();
  /** What was sent last, likewise. */
  #policy: Policy | undefined;

  constructor({ wordsFd, folder }: ServerProcessOptions, listener: ProcessListener) {
    this.#claims = Claims.create(folder);
    this.#handover = new Handover(this.#claims, (number, socket, failed) => this.#sendConnection(number, socket, failed));
    this.#child = startProcess({ words: wordsFd, claims: this.#claims.fd });
    this.#child.on('message', (message, handle) => {
      this.silence = 0;
      this.#owesSince = undefined;
      this.#receive(message as ServingEvent);
      const event = message as ServingEvent;
      // Without its socket the peer has gone meanwhile.
      if (event.type === 'returned') {
        if (handle !== undefined) listener.returned(handle as Socket, event.read);
      } else listener.event(this, event);
    });
    const end = (how: string): void => {
      if (this.#ended) return;
      this.#ended = true;
      for (const settle of this.#waiting.values()) settle();
      this.#waiting.clear();
      this.#handover.ended();
      this.#claims.close();
      listener.ended(this, how);
    };
    this.#child.on('error', (error) => {
      // Other errors than that it could not be started are followed by its end.
      if (this.#child.pid === undefined) end(error.message);
    });
    // Not `exit`, which may come before the last messages are read: what it took and said so is not to be served twice.
    this.#child.on('close', (code, signal) => end(signal === null ? `exit code ${String(code)}` : `signal ${signal}`));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** It has its settings and everything that is to be served, and can be spoken to: between its death and word of that it cannot. */
  get ready(): boolean {
    return this.#equipped && this.#child.connected;
  }

  /** It owes an answer, and not only since a moment ago. */
  get late(): boolean {
    return this.#owesSince !== undefined && performance.now() - this.#owesSince > LATE_MS;
  }

  /** Call once it knows all that there is to know. */
  equipped(): void {
    this.#equipped = true;
  }

  /** A message to one that just went is lost, as it would be a moment later. */
  send(command: ServingCommand): void {
    if (this.#child.connected) this.#child.send(command, () => undefined);
  }

  /** Asks for figures. Returns the number that {@link reported} will have reached when they are there. */
  ask(): number {
    this.#asked += 1;
    this.#owesSince ??= performance.now();
    this.send({ type: 'report', number: this.#asked });
    return this.#asked;
  }

  /** Connections that it is to have and has not taken yet. */
  get handing(): number {
    return this.#handover.size;
  }

  /** Hands a connection over. Calls `otherwise`, later, when the process does not take it. */
  give(socket: Socket, otherwise: () => void): void {
    this.#owesSince ??= performance.now();
    this.#handover.give(socket, otherwise);
  }

  /** Resolves once it has the revision, or is gone: nobody waits for a process that is replaced. Rejects when the revision is to blame. */
  async prepare(command: ServingCommand & { readonly type: 'prepare' }): Promise<void> {
    const { policy, ...revision } = command.revision;
    const { generation, library, code } = revision;
    const sent = {
      ...revision,
      ...(policy === undefined || policy === this.#policy ? {} : { policy }),
      code: withoutParts(code, this.#parts),
      library: this.#library === library.id ? { id: library.id } : library,
    };
    this.#library = library.id;
    this.#policy = policy;
    this.#parts = new Set(partsById(policyCode(code)).keys());
    await new Promise<void>((resolve, reject) => {
      const hang = setTimeout(() => this.kill(), PREPARE_TIMEOUT_MS);
      this.#waiting.set(generation, (failure) => {
        clearTimeout(hang);
        this.#waiting.delete(generation);
        if (failure === undefined) resolve();
        else {
          // What it could not load is not there for the next one either.
          this.#parts = new Set();
          this.#policy = undefined;
          reject(failure);
        }
      });
      if (this.#ended) this.#waiting.get(generation)?.();
      else this.send({ type: 'prepare', revision: sent });
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #sendConnection(number: number, socket: Socket, failed: () => void): void {
    const command: ServingCommand = { type: 'connection', number };
    // A channel that is closed says so in the callback.
    this.#child.send(command, socket, { keepOpen: true }, (error) => {
      if (error !== null) failed();
    });
  }

  #receive(event: ServingEvent): void {
    if (event.type === 'taken') this.#handover.taken(event.number);
    else if (event.type === 'left') this.#handover.left(event.number);
    else if (event.type === 'prepared') this.#waiting.get(event.generation)?.();
    else if (event.type === 'refused') this.#waiting.get(event.generation)?.(new GatewayError(event.code, event.message));
    else if (event.type === 'report') {
      this.figures = event.figures;
      this.reported = event.number ?? this.reported;
    }
  }
}
