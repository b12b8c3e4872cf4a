import type { GatewayError } from '../../errors.js';
import type { EarlyThread } from './early-thread.js';
import type { Pending } from './pending.js';
import type { ReplyPayload } from './protocol.js';
import type { ThreadOptions } from './running-thread.js';

export interface FleetOptions extends ThreadOptions {
  /** Threads that serve. */
  readonly workers: number;
  /** Keeps one more thread warm, and lets others step in for those that are in a slow request. */
  readonly standIns: boolean;
  /** The first revision is ready when one thread has it, and the others are started then. */
  readonly eager: boolean;
  /** The first thread, if it fits. */
  readonly early?: EarlyThread | undefined;
  readonly onPrint: (line: string) => void;
}

/** What a thread left behind when it died. */
export interface LostThread {
  /** What it was at, as far as that is known. */
  readonly running: Pending | undefined;
  /** What waited in it. */
  readonly returned: readonly Pending[];
  readonly error: GatewayError;
}

/** What the fleet tells the pool. */
export interface FleetListener {
  reply(pending: Pending, payload: ReplyPayload): void;
  /** Threads may have room again. */
  ready(): void;
  lost(thread: LostThread): void;
}
