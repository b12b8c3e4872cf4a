import type { CompiledPolicy } from '../../policy/revision.js';

/** Entrypoints that say what is recorded of a decision: OPA's names. */
export const MASK_ENTRYPOINT = 'system/log/mask';
export const DROP_ENTRYPOINT = 'system/log/drop';

/** What the thread is told once. */
export interface MaskSettings {
  /** Pointers that are always taken out. */
  readonly mask: readonly string[];
  readonly allowBuiltins: readonly string[];
  readonly maxMemoryBytes: number;
}

/** A revision whose policy says what is recorded. */
export interface MaskingRevision {
  readonly id: string;
  readonly code: Uint8Array;
  readonly library: Pick<CompiledPolicy['library'], 'id' | 'code'>;
  readonly builtins: readonly string[];
  readonly data: Uint8Array;
}

export type MaskCommand =
  | { readonly type: 'prepare'; readonly number: number; readonly revision: MaskingRevision }
  | { readonly type: 'release'; readonly id: string }
  | { readonly type: 'mask'; readonly number: number; readonly frame: Uint8Array };

/** What became of the records of a frame. */
export interface Masked {
  readonly lines: Uint8Array;
  readonly records: number;
  /** Left out because the policy says so, and because it could not be asked. */
  readonly dropped: number;
  readonly failed: number;
  readonly error?: string;
}

export type MaskEvent =
  | { readonly type: 'prepared'; readonly number: number; readonly error?: string }
  | ({ readonly type: 'masked'; readonly number: number } & Masked);
