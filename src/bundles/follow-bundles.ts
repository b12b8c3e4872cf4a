import { setTimeout as pause } from 'node:timers/promises';
import type { BundleSource } from '../config/bundle-sources.js';
import type { Engine } from '../engine/engine.js';
import type { BundleReader } from './bundle-reader.js';

/** After a failure it is asked again soon, and ever later: never later than usual. */
const FIRST_RETRY_MS = 500;

export interface FollowOptions {
  readonly reader: BundleReader;
  readonly engine: Pick<Engine, 'reload'>;
  /** From 0 to 1; many gateways do not ask at the same time. */
  readonly random?: () => number;
}

/** Looks at each bundle again and again, and has the engine reload when one has changed, cannot be had any more, or can again. Returns what stops it. */
export function followBundles({ reader, engine, random = Math.random }: FollowOptions): () => void {
  const stop = new AbortController();

  async function follow(source: BundleSource): Promise<void> {
    let failures = 0;
    for (;;) {
      const usual = source.minDelayMs + random() * (source.maxDelayMs - source.minDelayMs);
      await pause(failures === 0 ? usual : Math.min(usual, FIRST_RETRY_MS * 2 ** failures), undefined, { ref: false, signal: stop.signal });
      const before = reader.seen(source);
      const now = await reader.look(source);
      if (stop.signal.aborted) return;
      failures = isFailure(now) ? Math.min(failures + 1, MAX_DOUBLINGS) : 0;
      if (now !== before) await engine.reload('bundle');
    }
  }

  for (const source of reader.sources) follow(source).catch(() => undefined);
  return () => stop.abort();
}

/** Beyond that a number would overflow, and every delay is longer than usual. */
const MAX_DOUBLINGS = 30;

/** Digests have no colon. */
function isFailure(seen: string): boolean {
  return seen.includes(':');
}
