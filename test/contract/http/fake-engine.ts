import { EventEmitter } from 'node:events';
import type { Decision, Engine, EngineEvents, Outcome, PinChange, RevisionLease } from '../../../src/engine/engine.js';
import type { Pin } from '../../../src/engine/pin.js';
import { GatewayError } from '../../../src/errors.js';
import type { EvaluationRequest } from '../../../src/evaluator/evaluator.js';
import type { ReloadOptions } from '../../../src/engine/reload-request.js';
import type { CompiledPolicy, Revision, Trigger } from '../../../src/policy/revision.js';

export const REVISION_ID = '0123456789ab'.padEnd(64, 'c');

/** Gives the result of one evaluation: JSON text, undefined, or an error to throw. */
export type Canned = (request: EvaluationRequest) => string | undefined | GatewayError;

const EMPTY_MODULE = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));

export function fakeRevision(
  overrides: { data?: string; policy?: Partial<CompiledPolicy>; modules?: Record<string, string> } = {},
): Revision {
  const modules = Object.entries(overrides.modules ?? {}).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
  return {
    id: REVISION_ID,
    source: {
      ...{ root: '/policies/rego', id: REVISION_ID, checksId: 'c', modulesId: 'm', judgeId: 'j', unsettled: false },
      ...{ modules, tests: [], data: [], overlays: [], schemas: [], suites: [], judge: [], pack: [] },
    },
    policy: {
      ...{
        modulesId: 'm',
        maker: 'test',
        wasm: { modules: [EMPTY_MODULE] },
        library: { id: 'none', module: EMPTY_MODULE, code: new Uint8Array() },
        code: new Uint8Array(8),
        entrypoints: [],
        packages: [],
        rules: [],
        builtins: [],
        references: [],
        warnings: [],
      },
      ...overrides.policy,
    },
    data: Buffer.from(overrides.data ?? '{}'),
    warnings: [],
    trigger: 'boot',
    loadedAt: new Date('2026-01-02T03:04:05Z'),
  };
}

export function outcome(overrides: Partial<Outcome>): Outcome {
  return {
    ...{
      status: 'reloaded',
      trigger: 'api',
      asked: {},
      revision: REVISION_ID,
      previousRevision: 'f'.repeat(64),
      modules: 3,
      durationMs: 12.5,
    },
    ...{ stages: { read: 1, compile: 10 }, diagnostics: [], at: new Date('2026-01-02T03:04:06Z') },
    ...overrides,
  };
}

/** An engine whose decisions are canned. It counts the leases that are out, so that a leak shows. */
export class FakeEngine implements Engine {
  readonly serving = Promise.resolve();
  current: Revision | undefined;
  lastOutcome: Outcome | undefined;
  next: Outcome = outcome({});
  leases = 0;
  pin: Pin | undefined;
  readonly warm: readonly string[] = [];
  readonly #pinListeners: ((change: PinChange) => void)[] = [];
  readonly asked: EvaluationRequest[] = [];
  readonly reloads: ReloadOptions[] = [];
  readonly #events = new EventEmitter<EngineEvents>();
  readonly #canned: Canned;

  constructor(canned: Canned, revision: Revision | undefined) {
    this.#canned = canned;
    this.current = revision;
  }

  async evaluate(request: EvaluationRequest): Promise<Decision> {
    const lease = this.lease();
    try {
      return await lease.evaluate(request);
    } finally {
      lease.release();
    }
  }

  lease(): RevisionLease {
    const revision = this.current;
    if (revision === undefined) throw new GatewayError('evaluation_no_revision', 'no policy revision is loaded');
    this.leases += 1;
    return {
      revision,
      evaluate: async (request) => {
        this.asked.push(request);
        await Promise.resolve();
        const result = this.#canned(request);
        if (result instanceof GatewayError) throw result;
        return { result, revision: revision.id, ...(request.metrics === true ? { timers: { rego_external: 7 } } : {}) };
      },
      undecided: () => undefined,
      release: () => void (this.leases -= 1),
    };
  }

  reload(_trigger?: Trigger, options: ReloadOptions = {}): Promise<Outcome> {
    this.reloads.push(options);
    this.lastOutcome = this.next;
    this.#events.emit(this.next.status, this.next);
    return Promise.resolve(this.next);
  }

  on(event: Outcome['status'], listener: (outcome: Outcome) => void): void {
    this.#events.on(event, listener);
  }

  rehearse(): never {
    throw new Error('this engine rehearses nothing');
  }

  hold(options: ReloadOptions = {}): Promise<Pin> {
    if (this.current === undefined) throw new GatewayError('evaluation_no_revision', 'nothing serves');
    this.pin = { revision: this.current.id, at: new Date('2026-01-02T03:04:07Z') };
    const { id } = this.current;
    const moved = { pin: this.pin, was: undefined, previous: id, revision: id, effects: undefined, number: undefined };
    const change: PinChange = { ...moved, asked: options, at: this.pin.at };
    this.#pinListeners.forEach((listener) => listener(change));
    return Promise.resolve(this.pin);
  }

  onPin(listener: (change: PinChange) => void): void {
    this.#pinListeners.push(listener);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
