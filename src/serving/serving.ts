import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import path from 'node:path';
import type { Tally } from '../evaluator/tally.js';
import { reachesOut } from '../evaluator/linker.js';
import type { GuardrailSettings } from '../http/deps.js';
import type { Front } from '../http/front.js';
import type { Policy } from '../http/opa/resolve.js';
import type { TlsPair } from '../http/tls-pair.js';
import type { Log } from '../log.js';
import { isLargeData } from '../policy/large-data.js';
import type { Revision } from '../policy/revision.js';
import { Crew } from './crew.js';
import type { TakeRecords } from './crew.js';
import { GATEWAY_WORDS } from './gateway-words.js';
import type { ServingSettings, WireRevision } from './protocol.js';
import { createPrivateFolder, MAIN_SOCKET, removeLeftovers } from './private-folder.js';
import { SharedWords } from './shared-words.js';
import type { ServingStats } from './stats.js';
import { Surfaces } from './surfaces.js';

export interface ServingOptions {
  /** Processes to run, at least 1. */
  readonly processes: number;
  readonly settings: Omit<ServingSettings, 'mainPath'>;
  readonly guardrail: GuardrailSettings;
  readonly log: Log;
  /** After how long without a sign of life the service manager takes the gateway for hung, in ms: a process that hangs is replaced before. */
  readonly watchdogMs?: number | undefined;
}

/** A revision that every serving process has ready. */
export interface ServedRevision {
  /** From this call on it decides, in all processes at the same instant. */
  activate(): void;
  /** Frees it. Idempotent. */
  release(): void;
}

/**
 * Processes that answer decisions: each takes its share of the connections and evaluates quick decisions itself, without a hop to another
 * thread. Everything else they send on to this process, which is always able to answer; so what they lack costs time and never a wrong answer.
 */
export interface Serving extends Front {
  /** Starts the processes. Idempotent. */
  start(): void;
  /** Waits until every process takes connections, within reason: what comes in before is served here. To be called after {@link start}. */
  whenReady(): Promise<void>;
  /** Loads the revision in every process. Throws what a process cannot load. */
  prepare(revision: Pick<Revision, 'id' | 'policy' | 'data'>): Promise<ServedRevision>;
  /** Who is given the records of the decisions of the processes. */
  observeRecords(listener: TakeRecords): void;
  /** Who is told what became of the decisions of the processes, each second. */
  observeTallies(listener: (tallies: readonly Tally[]) => void): void;
  /** No process decides from here on. */
  deactivate(): void;
  /** To be called before a change of the enforcement lists is answered. */
  listsChanged(): void;
  /** To be called before a change of the guardrail settings is answered. */
  settingsChanged(guardrail: GuardrailSettings): void;
  /** Another certificate for connections from now on. */
  renewTls(pair: TlsPair): void;
  stats(): ServingStats;
  readonly pids: readonly number[];
  /** What the processes have counted, those that are gone included, in the form of prom-client. */
  metrics(): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

/** Makes room for the processes; none runs before {@link Serving.start}. Throws `serving_failed` when the folder for their local sockets cannot be made. */
export function createServing({ processes, settings, guardrail, log, watchdogMs }: ServingOptions): Serving {
  const folder = createPrivateFolder();
  const words = SharedWords.create(folder, GATEWAY_WORDS);
  const mainPath = path.join(folder, MAIN_SOCKET);
  let generations = 0;
  const surfaces = new Surfaces();
  let onReturned: (socket: Socket, read: Uint8Array) => void = (socket) => void socket.destroy();
  let onRecords: TakeRecords = () => undefined;
  let onTallies: (tallies: readonly Tally[]) => void = () => undefined;
  const crew = new Crew({
    processes,
    log,
    files: { wordsFd: words.fd, folder },
    settings: { ...settings, mainPath },
    hangMs: settings.timeoutMs,
    watchdogMs,
    guardrail,
    returned: (socket, read) => onReturned(socket, read),
    recorded: (...records) => onRecords(...records),
    tallied: (tallies) => onTallies(tallies),
  });

  return {
    observeRecords: (listener) => void (onRecords = listener),
    observeTallies: (listener) => void (onTallies = listener),
    socketPath: mainPath,
    onReturned: (serveHere) => void (onReturned = serveHere),
    take: (socket: Socket, serveHere) => crew.take(socket, serveHere),
    leave: () => crew.leave(),
    drain: () => crew.drain(settings.limits.drainMs),
    start() {
      crew.start();
      void removeLeftovers(folder, log);
    },
    whenReady: () => crew.whenReady(),
    async prepare(revision) {
      generations += 1;
      const generation = generations;
      // A decision that reaches out may not be made twice, which is what happens to one that runs over its slice. Large data is held by
      // the workers of the main process alone.
      const quick = !reachesOut(revision.policy.builtins) && !isLargeData(revision.data);
      if (quick) await crew.prepare(wire(revision, surfaces.of(revision.policy), generation));
      return {
        activate: () => words.write('generation', quick ? generation : 0),
        release: () => crew.release(generation),
      };
    },
    deactivate: () => words.write('generation', 0),
    listsChanged: () => void words.bump('lists'),
    settingsChanged: (next) => crew.settingsChanged(words.bump('settings'), next),
    renewTls: (pair) => crew.renewTls(pair),
    stats: () => crew.stats(),
    get pids() {
      return crew.pids;
    },
    metrics: () => crew.metrics(),
    async close() {
      await crew.close();
      words.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function wire({ id, policy, data }: Pick<Revision, 'id' | 'policy' | 'data'>, surface: Policy, generation: number): WireRevision {
  const { code, library, builtins } = policy;
  return { generation, id, policy: surface, code, library: { id: library.id, code: library.code }, data, builtins };
}
