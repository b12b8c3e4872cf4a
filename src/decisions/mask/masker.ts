import type { Worker } from 'node:worker_threads';
import { GatewayError } from '../../errors.js';
import type { Revision } from '../../policy/revision.js';
import { startWorker } from '../../start-worker.js';
import { DROP_ENTRYPOINT, MASK_ENTRYPOINT } from './protocol.js';
import type { MaskCommand, Masked, MaskEvent, MaskingRevision, MaskSettings } from './protocol.js';

/** Has records masked on a thread of its own, by the revision that decided. */
export interface Masker {
  /** False while neither the configuration nor any revision that is held has anything to mask. */
  readonly active: boolean;
  /** To be called before the revision decides. Rejects with `evaluation_failed` when its masks cannot be asked: then it must not serve. */
  prepare(revision: Pick<Revision, 'id' | 'policy' | 'data'>): Promise<MaskHold | undefined>;
  /** Rejects when the thread fails: then nothing of it may be recorded. */
  mask(frame: Uint8Array): Promise<Masked>;
  close(): Promise<void>;
}

/** A revision whose masks can be asked. */
export interface MaskHold {
  /** It decides no more. Its last records may still be on their way. */
  release(): void;
}

const SCRIPT = new URL('./mask-worker.js', import.meta.url);

/** How long records may be on their way here, in ms. */
const WAY_MS = 10_000;

export function createMasker(settings: MaskSettings): Masker {
  const waiting = new Map<number, { readonly done: (event: MaskEvent) => void; readonly fail: (error: Error) => void }>();
  /** Holders by revision: what served before may serve again before it was let go. */
  const held = new Map<string, { holders: number; readonly revision: MaskingRevision }>();
  let worker: Worker | undefined;
  let numbers = 0;

  function start(): Worker {
    const started = startWorker({ name: 'masks', workerData: settings }, SCRIPT);
    started.unref();
    started.on('message', (event: MaskEvent) => {
      const asked = waiting.get(event.number);
      waiting.delete(event.number);
      asked?.done(event);
    });
    const lost = (error: Error): void => {
      if (worker === started) worker = undefined;
      const all = [...waiting.values()];
      waiting.clear();
      for (const { fail } of all) fail(error);
    };
    started.on('error', lost);
    started.on('exit', () => lost(new Error('the thread that masks records ended')));
    // A thread after one that failed: it is told first what it has to know, so that nothing passes it unmasked.
    for (const { revision } of held.values()) started.postMessage({ type: 'prepare', number: 0, revision } satisfies MaskCommand);
    return started;
  }

  function ask(make: (number: number) => MaskCommand): Promise<MaskEvent> {
    numbers += 1;
    const number = numbers;
    return new Promise((resolve, reject) => {
      waiting.set(number, { done: resolve, fail: reject });
      worker ??= start();
      worker.postMessage(make(number));
    });
  }

  function letGo(id: string): void {
    const known = held.get(id);
    if (known === undefined) return;
    known.holders -= 1;
    if (known.holders > 0) return;
    held.delete(id);
    worker?.postMessage({ type: 'release', id } satisfies MaskCommand);
  }

  return {
    get active() {
      return settings.mask.length > 0 || held.size > 0;
    },
    async prepare({ id, policy, data }) {
      if (!policy.entrypoints.some(({ path }) => path === MASK_ENTRYPOINT || path === DROP_ENTRYPOINT)) return undefined;
      const { code, library, builtins } = policy;
      const known = held.get(id) ?? { holders: 0, revision: { id, code, library: { id: library.id, code: library.code }, builtins, data } };
      known.holders += 1;
      held.set(id, known);
      const { revision } = known;
      const answer = await ask((number) => ({ type: 'prepare', number, revision }));
      if (answer.type === 'prepared' && answer.error !== undefined) {
        letGo(id);
        throw new GatewayError('evaluation_failed', `the rules of data.system.log cannot be asked: ${answer.error}`);
      }
      let released = false;
      return {
        release() {
          if (released) return;
          released = true;
          setTimeout(() => letGo(id), WAY_MS).unref();
        },
      };
    },
    async mask(frame) {
      const answer = await ask((number) => ({ type: 'mask', number, frame }));
      if (answer.type !== 'masked') throw new GatewayError('internal', `Expected masked records, got ${answer.type}`);
      return answer;
    },
    async close() {
      await worker?.terminate();
      worker = undefined;
    },
  };
}
