import type { ChildProcess } from 'node:child_process';
import { asGatewayError, GatewayError } from './errors.js';
import { followParent } from './follow-parent.js';
import { askOf, replyTo } from './work-apart.js';
import type { Apart } from './work-apart.js';

/** A process with a channel, whose script calls {@link answerParent}. It ends at once when it is closed, and when this process does. */
export function processApart(child: ChildProcess): Apart {
  const state = { ended: false };
  const exited = new Promise<void>((resolve) => {
    for (const event of ['exit', 'error'] as const) {
      child.once(event, () => {
        state.ended = true;
        resolve();
      });
    }
  });
  child.unref();
  child.channel?.unref();
  return {
    async ask<Result>(request: unknown) {
      child.channel?.ref();
      try {
        return await askOf<Result>(child, () => {
          if (!child.connected) throw new GatewayError('internal', 'A process that is to do work has no channel');
          child.send(request as object);
        });
      } catch (thrown) {
        throw asGatewayError(thrown);
      } finally {
        child.channel?.unref();
      }
    },
    get ended() {
      return state.ended;
    },
    async close() {
      if (state.ended) return;
      // It has nothing to lose.
      child.kill('SIGKILL');
      child.ref();
      await exited;
    },
  };
}

/** The process's side of {@link processApart}: to be called by the script. */
export function answerParent(work: (request: unknown) => unknown): void {
  followParent();
  process.on('message', (request: unknown) => void replyTo(request, work).then((reply) => process.connected && process.send?.(reply)));
}
