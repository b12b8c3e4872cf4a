import type { Socket } from 'node:net';
import type { Tally } from '../evaluator/tally.js';
import { Restarts } from '../evaluator/pool/restarts.js';
import type { GuardrailSettings } from '../http/deps.js';
import type { TlsPair } from '../http/tls-pair.js';
import type { Log } from '../log.js';
import { Changes } from './changes.js';
import { Ledger } from './ledger.js';
import type { ServingEvent, ServingSettings, WireRevision } from './protocol.js';
import { ServerProcess } from './server-process.js';
import type { ServerProcessOptions } from './server-process.js';
import type { ServingStats } from './stats.js';

export interface CrewOptions {
  readonly processes: number;
  readonly files: ServerProcessOptions;
  readonly log: Log;
  readonly settings: ServingSettings;
  readonly guardrail: GuardrailSettings;
  /** A process may be silent this long beyond what a report takes. */
  readonly hangMs: number;
  /** Nothing of the gateway may hang for longer, in ms. */
  readonly watchdogMs?: number | undefined;
  readonly returned: (socket: Socket, read: Uint8Array) => void;
  /** Given the records of the decisions of processes. */
  readonly recorded: TakeRecords;
  /** Told what became of the decisions of processes. */
  readonly tallied: (tallies: readonly Tally[]) => void;
}

/** A frame of so many records, to be kept; so many more were lost before them. */
export type TakeRecords = (frame: Uint8Array | undefined, records: number, lost: number) => void;

const REPORT_MS = 1_000;
const SILENCE_MS = 3_000;
/** One round may go by between a question and its answer. */
const LEAST_ROUNDS = 2;
/** A scrape waits this long for fresh figures; those of before are some hundred ms older. */
const FRESH_MS = 250;
/** What no process has taken by then is served here. */
const HANDING_MS = 500;
/** Processes take some 300 ms to start, and many times that on a machine that is busy. Decisions do not wait for them. */
const START_MS = 30_000;

/** Keeps so many processes running and equally informed. */
export class Crew {
  readonly #options: CrewOptions;
  #members: ServerProcess[] = [];
  /** What a process has to have before it gets connections. */
  readonly #revisions = new Map<number, WireRevision>();
  #settings: { readonly version: number; readonly guardrail: GuardrailSettings };
  #tls: TlsPair | undefined;
  readonly #ledger = new Ledger();
  /** Notified when a member is ready, gone, or has reported. */
  readonly #changes = new Changes();
  readonly #reports: NodeJS.Timeout;
  #turn = 0;
  readonly #restarts = new Restarts(() => this.#fill());
  #replaced = 0;
  #leaving = false;
  #closing = false;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#settings = { version: 0, guardrail: options.guardrail };
    this.#tls = options.settings.tls;
    this.#reports = setInterval(() => this.#ask(), REPORT_MS).unref();
  }

  /** Starts the processes; until they are ready this process serves. Idempotent. */
  start(): void {
    this.#fill();
  }

  /** Where no process is there to take it, or the one that was chosen does not, this process serves it. */
  take(socket: Socket, serveHere: () => void): void {
    const member = this.#choose();
    if (member === undefined) serveHere();
    else member.give(socket, serveHere);
  }

  /** In turn, but not one that has not even taken what it was given before. */
  #choose(): ServerProcess | undefined {
    const turn = this.#turn++;
    const ready = this.#members.filter((member) => member.ready && !member.late);
    const least = Math.min(...ready.map(({ handing }) => handing));
    const free = ready.filter(({ handing }) => handing === least);
    return free[turn % free.length];
  }

  async prepare(revision: WireRevision): Promise<void> {
    this.#revisions.set(revision.generation, revision);
    try {
      await Promise.all(this.#members.filter(({ ready }) => ready).map((member) => member.prepare({ type: 'prepare', revision })));
    } catch (error) {
      this.release(revision.generation);
      throw error;
    }
  }

  release(generation: number): void {
    if (!this.#revisions.delete(generation)) return;
    for (const member of this.#members) member.send({ type: 'release', generation });
  }

  settingsChanged(version: number, guardrail: GuardrailSettings): void {
    this.#settings = { version, guardrail };
    for (const member of this.#members) member.send({ type: 'settings', ...this.#settings });
  }

  renewTls(pair: TlsPair): void {
    this.#tls = pair;
    for (const member of this.#members) member.send({ type: 'tls', pair });
  }

  get pids(): readonly number[] {
    return this.#members.flatMap(({ pid }) => pid ?? []);
  }

  stats(): ServingStats {
    const ready = this.#members.filter((member) => member.ready).length;
    return { processes: this.#options.processes, ready, replaced: this.#replaced, ...this.#ledger.total(this.#members) };
  }

  /** Of a process that does not answer, the figures that it gave last. */
  async metrics(): Promise<readonly unknown[]> {
    const asked = this.#members.filter(({ ready }) => ready).map((member) => ({ member, number: member.ask() }));
    await this.#changes.until(
      () => asked.every(({ member, number }) => member.late || member.ended || member.reported >= number),
      FRESH_MS,
    );
    return this.#ledger.metrics(this.#members);
  }

  async whenReady(): Promise<void> {
    await this.#changes.until(() => this.#restarts.hopeless || this.#members.every(({ ready }) => ready), START_MS);
  }

  leave(): void {
    this.#leaving = true;
    for (const member of this.#members) member.send({ type: 'leave' });
  }

  /** Lets answers under way end. What is not done in time is cut by whoever closes. */
  async drain(ms: number): Promise<void> {
    // A process that drains takes nothing more.
    await this.#changes.until(() => this.#members.every(({ handing }) => handing === 0), HANDING_MS);
    this.#closing = true;
    for (const member of this.#members) member.send({ type: 'drain' });
    await this.#gone(ms);
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#reports);
    this.#restarts.stop();
    for (const member of this.#members) member.kill();
    await this.#gone();
  }

  async #gone(ms?: number): Promise<void> {
    await this.#changes.until(() => this.#members.length === 0, ms);
  }

  #fill(): void {
    while (!this.#closing && this.#members.length < this.#options.processes) this.#start();
  }

  #start(): void {
    const member: ServerProcess = new ServerProcess(this.#options.files, {
      event: (process, event) => {
        if (event.type === 'loaded') process.send({ type: 'start', settings: { ...this.#options.settings, tls: this.#tls } });
        else if (event.type === 'started') void this.#equip(process);
        else this.#note(process, event);
      },
      returned: (socket, read) => this.#options.returned(socket, read),
      ended: (process, how) => this.#ended(process, how),
    });
    this.#members.push(member);
  }

  /** Gives a new process what the others have. More may come meanwhile, so it goes on until nothing is missing. */
  async #equip(member: ServerProcess): Promise<void> {
    const given = new Set<number>();
    try {
      for (;;) {
        const missing = [...this.#revisions.values()].filter(({ generation }) => !given.has(generation));
        if (missing.length === 0) break;
        for (const revision of missing) {
          given.add(revision.generation);
          await member.prepare({ type: 'prepare', revision });
        }
      }
    } catch (err) {
      // It was loaded before, elsewhere: the process is to blame, not the revision.
      this.#options.log.warn({ err, pid: member.pid }, 'a serving process could not load the policy');
      member.kill();
      return;
    }
    if (member.ended) return;
    member.send({ type: 'settings', ...this.#settings });
    if (this.#leaving) member.send({ type: 'leave' });
    this.#restarts.succeeded();
    member.equipped();
    this.#changes.notify();
  }

  #note(member: ServerProcess, event: ServingEvent): void {
    if (event.type === 'taken' || event.type === 'left') this.#changes.notify();
    if (event.type === 'report') {
      this.#changes.notify();
      this.#options.tallied(event.figures.tallies);
    }
    if (event.type === 'decisions') this.#options.recorded(event.frame, event.records, event.lost);
    if (event.type === 'log') this.#options.log[event.level]({ ...event.fields, pid: member.pid }, event.message);
  }

  /** Asks for figures, and ends a process that did not answer: something in it runs and does not come back. */
  #ask(): void {
    // Rounds are counted, not time: while this process was stopped itself nobody could tell it anything.
    const { hangMs, watchdogMs = Infinity } = this.#options;
    const limit = Math.max(Math.min(SILENCE_MS + hangMs, watchdogMs) / REPORT_MS, LEAST_ROUNDS);
    for (const member of this.#members) {
      if (member.ready && member.silence > limit) {
        this.#options.log.warn({ pid: member.pid }, 'a serving process does not answer and is replaced');
        member.kill();
      } else {
        member.silence += 1;
        member.ask();
      }
    }
  }

  #ended(member: ServerProcess, how: string): void {
    this.#members = this.#members.filter((other) => other !== member);
    this.#ledger.retire(member);
    if (!this.#closing) {
      this.#replaced += 1;
      this.#options.log.warn({ pid: member.pid, how }, 'a serving process ended and is replaced');
      this.#restarts.failed();
    }
    this.#changes.notify();
  }
}
