import type { Worker } from 'node:worker_threads';
import { GatewayError } from '../../errors.js';
import { startWorker } from '../../start-worker.js';
import type { ToolCall } from '../facts/read-call.js';
import type { ScanResult } from './finding.js';
import type { ScanCommand, ScanReply } from './protocol.js';
import type { ScanRules } from './rules.js';

/** Where a text comes from, as far as that matters to the scan. */
export interface ScanOrigin {
  /** Of a tool call or a tool response. */
  readonly toolName?: string | undefined;
  /** The call that the text was made of. */
  readonly call?: ToolCall | undefined;
  /** Also what the rules strip from it. */
  readonly strip?: boolean | undefined;
}

/**
 * The local scan. Patterns are policy code and texts are hostile, so both meet in a thread of their own: a scan of 1 MiB takes 0.1 to
 * 0.5 s, and no decision waits for it.
 */
export interface Scanner {
  /** Of a call also what it would do. Throws `scan_failed`, `scan_timeout`, `evaluation_overloaded`, `evaluator_closed`. */
  scan(rules: ScanRules, text: string, origin?: ScanOrigin): Promise<ScanResult>;
  readonly state: ScannerState;
  /** Idempotent. */
  close(): Promise<void>;
}

interface ScannerState {
  readonly waiting: number;
  readonly threadsReplaced: number;
}

export interface ScannerOptions {
  /** Deadline of one scan in ms. Default 5000: ten times what 1 MiB of hostile text takes with cold automata. */
  readonly timeoutMs?: number;
  /** Scans that may wait. Default 256. */
  readonly maxQueue?: number;
  /** Characters that may wait in all. Default 16 Mi. */
  readonly maxQueuedLength?: number;
}

interface Job {
  readonly rules: ScanRules;
  readonly text: string;
  readonly origin: ScanOrigin;
  readonly resolve: (result: ScanResult) => void;
  readonly reject: (error: GatewayError) => void;
}

/** Sets of rules that the thread keeps: those of the revision that serves, and of the one before it. */
const KEPT_RULES = 2;
/** Heap of the thread: automata may take 8 MiB for each group of patterns. */
const MAX_HEAP_MB = 512;

export function createScanner({ timeoutMs = 5_000, maxQueue = 256, maxQueuedLength = 16 << 20 }: ScannerOptions = {}): Scanner {
  const queue: Job[] = [];
  let queuedLength = 0;
  let running: Job | undefined;
  let thread: Worker | undefined;
  /** Keys that the thread has, the latest used last. */
  let loaded: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let threadsReplaced = 0;
  let closed = false;

  function start(): Worker {
    const worker = startWorker(
      { name: 'scanner', resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } },
      new URL('./worker.js', import.meta.url),
    );
    loaded = [];
    worker.on('message', (reply: ScanReply) => {
      if (worker !== thread) return;
      finish((job) =>
        'result' in reply ? job.resolve(reply.result) : job.reject(new GatewayError('scan_failed', `the scan failed: ${reply.error}`)),
      );
    });
    const died = (cause: unknown): void => {
      if (worker === thread) replace(new GatewayError('scan_failed', 'the scan ended without an answer', { cause }));
    };
    worker.on('error', died);
    worker.on('exit', (code) => died(new Error(`exit code ${code}`)));
    return worker;
  }

  /** Gives up the thread with what it runs; what waits goes to the next one. */
  function replace(error: GatewayError): void {
    const old = thread;
    thread = undefined;
    threadsReplaced += 1;
    void old?.terminate();
    finish((job) => job.reject(error));
  }

  function finish(settle: (job: Job) => void): void {
    clearTimeout(timer);
    const job = running;
    running = undefined;
    if (job !== undefined) settle(job);
    next();
  }

  function next(): void {
    if (running !== undefined || closed) return;
    const job = queue.shift();
    if (job === undefined) {
      // An idle thread keeps no process alive.
      thread?.unref();
      return;
    }
    queuedLength -= job.text.length;
    running = job;
    thread ??= start();
    thread.ref();
    timer = setTimeout(() => replace(new GatewayError('scan_timeout', `the scan took longer than ${timeoutMs} ms`)), timeoutMs);
    thread.postMessage(command(job));
  }

  function command({ rules, text, origin: { toolName, call, strip } }: Job): ScanCommand {
    const { key, categories, suppressions } = rules;
    const isNew = !loaded.includes(key);
    loaded = [...loaded.filter((other) => other !== key), key];
    const drop = loaded.splice(0, loaded.length - KEPT_RULES);
    const sent: ScanRules = { key, categories, ...(suppressions === undefined ? {} : { suppressions }) };
    return {
      ...{ key, text, drop },
      ...(toolName === undefined ? {} : { toolName }),
      ...(isNew ? { rules: sent } : {}),
      ...(call === undefined ? {} : { call }),
      ...(strip === true ? { strip } : {}),
    };
  }

  return {
    scan(rules, text, origin = {}) {
      if (closed) return Promise.reject(new GatewayError('evaluator_closed', 'the scanner is closed'));
      if (queue.length >= maxQueue || queuedLength + text.length > maxQueuedLength) {
        return Promise.reject(new GatewayError('evaluation_overloaded', `${queue.length} scans are waiting`));
      }
      return new Promise((resolve, reject) => {
        queue.push({ rules, text, origin, resolve, reject });
        queuedLength += text.length;
        next();
      });
    },
    get state() {
      return { waiting: queue.length, threadsReplaced };
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      const old = thread;
      thread = undefined;
      const error = new GatewayError('evaluator_closed', 'the gateway is shutting down');
      for (const job of [running, ...queue.splice(0)]) job?.reject(error);
      running = undefined;
      await old?.terminate();
    },
  };
}
