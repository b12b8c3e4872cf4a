import type { PolicyModules } from '../../policy/revision.js';
import type { WireError } from '../../wire-error.js';
import type { DataSource } from '../host/data-image.js';
import type { Evaluation } from '../evaluator.js';

/** A revision as threads know it: numbers are shorter than ids, and one id may be prepared twice. */
export interface GenerationSource {
  readonly generation: number;
  readonly module: PolicyModules;
  readonly library: WebAssembly.Module;
  readonly wasmBytes: number;
  readonly data: DataSource;
  /** Rego names of the built-ins that the module calls in the host. */
  readonly builtins: readonly string[];
}

/** Main thread to worker, besides batches of requests (an ArrayBuffer, see batch.ts). */
export type ThreadCommand =
  | ({ readonly type: 'prepare' } & GenerationSource)
  | { readonly type: 'release'; readonly generation: number }
  | { readonly type: 'expect'; readonly builtins: readonly string[] }
  | { readonly type: 'ping' };

/** Worker to main thread, besides replies (an array, see {@link Reply}). */
export type ThreadEvent =
  | { readonly type: 'started' }
  | {
      readonly type: 'prepared';
      readonly generation: number;
      /** Where the code does not list them beside itself. */
      readonly entrypoints?: Readonly<Record<string, number>>;
      readonly data: DataSource;
    }
  | { readonly type: 'refused'; readonly generation: number; readonly error: WireError }
  | { readonly type: 'pong' }
  | { readonly type: 'print'; readonly lines: readonly string[] };

/**
 * Answer to one request, flattened into one array per message as `sequence, payload, sequence, payload, …`:
 * JSON text, undefined, a result with more to it, or an error.
 */
export type ReplyPayload = string | undefined | Evaluation | WireError;

/** Fixed part of what a worker is started with. */
export interface ThreadSettings {
  readonly control: SharedArrayBuffer;
  readonly maxMemoryBytes: number;
  readonly allowBuiltins: readonly string[];
  readonly tests: boolean;
}

/**
 * Words that both sides see at once. `claimed`: sequence number of the request that the worker evaluates or evaluated last.
 * The worker claims the next one by compare-and-exchange; the main thread withdraws everything unclaimed by exchanging in
 * the last number that it sent. So each request is run by the worker or taken back, never both.
 */
export const CONTROL = { claimed: 0, instancesDropped: 1, memoryPages: 2, words: 3 } as const;

export const PAGE_BYTES = 65_536;
