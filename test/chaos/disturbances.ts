import { setTimeout as pause } from 'node:timers/promises';
import { childrenOf, clientsOf } from '../helpers/processes.js';
import type { SmallDisk } from './disk.js';
import { ConnectionLost, exchange } from './exchange.js';
import type { Answer } from './exchange.js';
import type { PolicyFolder } from './folder.js';
import type { Ledger } from './ledger.js';
import type { Random } from './random.js';

export interface Target {
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  readonly processes: number;
  readonly folder: PolicyFolder;
  /** Undefined: no disk can be filled here. */
  readonly disk: SmallDisk | undefined;
  readonly ledger: Ledger;
  readonly random: Random;
}

/** A stopped process is replaced when it is silent for some 4 s; one that is not stopped for so long keeps its connections. */
const REPLACED_MS = 3_000;

/** Ms within which all processes serve again after one was killed. */
const RECOVERY_MS = 30_000;

/** What is done to the gateway, one after the other. */
export class Disturbances {
  readonly #target: Target;
  /** Number of the last save that compiles. */
  number = 0;

  constructor(target: Target) {
    this.#target = target;
  }

  async next(): Promise<void> {
    const { random, ledger } = this.#target;
    const [name, disturb] = random.pick(Object.entries(this.#kinds)) ?? [];
    if (name === undefined || disturb === undefined) return;
    ledger.disturbed(name);
    await disturb();
  }

  readonly #kinds: Readonly<Record<string, () => Promise<void> | void>> = {
    'save and reload': async () => {
      await this.saveAndReload();
    },
    'save and wait for the watcher': () => this.#save(),
    'save and SIGHUP': () => {
      this.#save();
      process.kill(this.#target.pid, 'SIGHUP');
    },
    'broken save': () => this.#saveBroken(),
    'kill a serving process': () => this.#killServing(1),
    'kill all serving processes': () => this.#killServing(Infinity),
    'kill the compiler': () => this.#killCompiler(),
    'stop a serving process': () => this.#stopServing(),
    'stop the main process': () => this.#stopMain(),
    'fill the disk': () => this.#fillDisk(),
  };

  /** Tells whether the save is live. */
  async saveAndReload(): Promise<boolean> {
    this.#save();
    const { number } = this;
    const answer = await this.#reload();
    if (answer?.status !== 200) return false;
    this.#target.ledger.floor = number;
    return true;
  }

  #save(): void {
    this.number += 1;
    this.#target.folder.save(this.number);
  }

  async #saveBroken(): Promise<void> {
    this.#target.folder.saveBroken();
    const answer = await this.#reload();
    if (answer?.status === 200) this.#target.ledger.fail('a broken save was accepted');
  }

  /** Undefined when the connection went with its process. */
  async #reload(): Promise<Answer | undefined> {
    const { url, ledger } = this.#target;
    try {
      return await exchange(url, { route: '/policy/reload' });
    } catch (thrown) {
      if (!(thrown instanceof ConnectionLost)) throw thrown;
      ledger.lost(`a reload: ${thrown.message}`, thrown.port, thrown.openedAt);
      return undefined;
    }
  }

  async #killServing(count: number): Promise<void> {
    const { ledger, url, processes, port, random } = this.#target;
    const all = this.#serving();
    const first = Math.floor(random.next() * all.length);
    const doomed = [...all.slice(first), ...all.slice(0, first)].slice(0, count);
    // Stopped first: what it holds is known, and it takes nothing more.
    for (const pid of doomed) stopAndDoom(pid, port, ledger);
    for (const pid of doomed) signal(pid, 'SIGKILL');
    const start = performance.now();
    while (performance.now() - start < RECOVERY_MS) {
      const serving = await servingOf(url);
      if (serving?.ready === processes && doomed.every((pid) => !serving.pids.includes(pid))) {
        ledger.recoveries.push(performance.now() - start);
        return;
      }
      await pause(20);
    }
    ledger.fail(`not all processes served again within ${RECOVERY_MS} ms`);
  }

  #killCompiler(): void {
    for (const { pid, command } of childrenOf(this.#target.pid)) if (command.includes('rego-compiler')) signal(pid, 'SIGKILL');
  }

  async #stopServing(): Promise<void> {
    const { random, ledger, port } = this.#target;
    const pid = random.pick(this.#serving());
    if (pid === undefined) return;
    const ms = random.between(50, 6_000);
    if (ms < REPLACED_MS) signal(pid, 'SIGSTOP');
    else stopAndDoom(pid, port, ledger);
    await pause(ms);
    signal(pid, 'SIGCONT');
  }

  async #stopMain(): Promise<void> {
    const { random, pid, ledger } = this.#target;
    signal(pid, 'SIGSTOP');
    await pause(random.between(50, 5_000));
    signal(pid, 'SIGCONT');
    ledger.resumed();
  }

  async #fillDisk(): Promise<void> {
    const { disk, random } = this.#target;
    if (disk === undefined) return;
    disk.fill();
    await pause(random.between(500, 2_000));
    await this.saveAndReload();
    disk.clear();
  }

  #serving(): number[] {
    return childrenOf(this.#target.pid).flatMap(({ pid, command }) => (command.includes('serving/process') ? [pid] : []));
  }
}

function stopAndDoom(pid: number, port: number, ledger: Ledger): void {
  signal(pid, 'SIGSTOP');
  ledger.doom(clientsOf(pid, port));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just gone.
  }
}

interface ServingBlock {
  readonly ready: number;
  readonly pids: readonly number[];
}

async function servingOf(url: string): Promise<ServingBlock | undefined> {
  try {
    const { text } = await exchange(url, { method: 'GET', route: '/status' });
    return (JSON.parse(text) as { readonly serving?: ServingBlock }).serving;
  } catch {
    return undefined;
  }
}
