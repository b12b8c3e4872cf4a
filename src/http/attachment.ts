import { GatewayError } from '../errors.js';
import type { Engine, RevisionLease } from '../engine/engine.js';
import type { PolicyApi, PolicyReloader } from '../engine/policy-api.js';

/** What the owner of the engine has attached so far. Routes ask it at every request, so the order of start-up does not matter. */
export class Attachment implements PolicyApi {
  #engine: Engine | undefined;
  #reloader: PolicyReloader | undefined;
  #generation = 0;
  #leaving = false;

  attachEngine(engine: Engine): void {
    this.#engine = engine;
    this.#generation = engine.current === undefined ? 0 : 1;
    engine.on('reloaded', () => (this.#generation += 1));
  }

  registerPolicyReloader(reloader: PolicyReloader): void {
    this.#reloader = reloader;
  }

  /** Whoever asks whether it is ready is to go elsewhere. */
  leave(): void {
    this.#leaving = true;
  }

  get leaving(): boolean {
    return this.#leaving;
  }

  get engine(): Engine | undefined {
    return this.#engine;
  }

  get reloader(): PolicyReloader | undefined {
    return this.#reloader;
  }

  /** How many revisions have served since start. */
  get generation(): number {
    return this.#generation;
  }

  /** The current revision, held. Throws `evaluation_no_revision`, also while no engine is attached. */
  lease(): RevisionLease {
    if (this.#engine === undefined) throw new GatewayError('evaluation_no_revision', 'no policy engine is attached');
    return this.#engine.lease();
  }
}
