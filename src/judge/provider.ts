import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
} from 'cockatiel';
import type { CircuitBreakerPolicy } from 'cockatiel';
import { createChatClient } from './chat-client.js';
import type { ChatClient } from './chat-client.js';
import { abortFailure, JudgeFailure, untilAborted } from './failure.js';
import type { ChatMessage } from './prompt.js';
import type { ProviderTarget } from './provider-target.js';
import { speaksOfProvider, withRetries } from './retry.js';
import type { RetryOptions } from './retry.js';

export interface ProviderOptions {
  /** In the order they are asked. */
  readonly targets: readonly [ProviderTarget, ...ProviderTarget[]];
  /** Milliseconds of one call. */
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly maxConcurrency: number;
  readonly pause?: RetryOptions['pause'];
}

/** The circuit of one model: `open` calls nothing until the probe that it sends now and then comes back. */
export interface CircuitReport {
  readonly provider: string;
  readonly model: string;
  readonly state: 'closed' | 'open' | 'half_open';
}

interface ProviderState {
  readonly circuits: readonly CircuitReport[];
  readonly inFlight: number;
  readonly waiting: number;
}

/** The models behind the judge. */
export interface Provider {
  /** Names of models and addresses, as one text for keys. */
  readonly id: string;
  /** Text of the first model that answers. Throws {@link JudgeFailure} of the last that was asked. */
  ask(messages: readonly ChatMessage[], signal: AbortSignal): Promise<string>;
  readonly state: ProviderState;
}

/** Failures in a row after which a model is left alone, and for how long until one call tries it again. */
const FAILURES_TO_OPEN = 5;
export const HALF_OPEN_AFTER_MS = 10_000;
/** Judgements that wait, per one that runs. */
const WAITING_PER_SLOT = 4;

interface Model {
  readonly target: ProviderTarget;
  readonly client: ChatClient;
  readonly circuit: CircuitBreakerPolicy;
}

export function createProvider({ targets, timeoutMs, maxRetries, maxConcurrency, pause }: ProviderOptions): Provider {
  const maxWaiting = maxConcurrency * WAITING_PER_SLOT;
  const slots = bulkhead(maxConcurrency, maxWaiting);
  const models = targets.map((target): Model => ({
    target,
    client: createChatClient(target, timeoutMs),
    circuit: circuitBreaker(
      handleWhen((error) => error instanceof JudgeFailure && speaksOfProvider(error)),
      { halfOpenAfter: HALF_OPEN_AFTER_MS, breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN) },
    ),
  }));
  const retrying: RetryOptions = { retries: maxRetries, ...(pause === undefined ? {} : { pause }) };

  async function askModel({ client, circuit }: Model, messages: readonly ChatMessage[], signal: AbortSignal): Promise<string> {
    // Each try counts for the circuit: it opens in the middle of the retries, not after all of them.
    return withRetries(() => circuit.execute(() => client.complete(messages, signal)).catch(rethrow), signal, retrying);
  }

  async function askInTurn(messages: readonly ChatMessage[], signal: AbortSignal): Promise<string> {
    let last = new JudgeFailure('provider', 'no model was asked');
    for (const model of models) {
      if (signal.aborted) throw abortFailure(signal);
      try {
        return await askModel(model, messages, signal);
      } catch (thrown) {
        last = thrown instanceof JudgeFailure ? thrown : new JudgeFailure('provider', 'the provider failed', { cause: thrown });
      }
    }
    throw last;
  }

  return {
    id: JSON.stringify(targets.map(({ provider, model, baseUrl }) => [provider, model, baseUrl])),
    ask: (messages, signal) =>
      // A turn in the queue ends with the deadline; cockatiel alone would keep it until its slot comes.
      untilAborted(signal, slots.execute(() => askInTurn(messages, signal)).catch(rethrow)),
    get state() {
      return {
        circuits: models.map(({ target, circuit }) => ({ provider: target.provider, model: target.model, state: nameOf(circuit.state) })),
        inFlight: maxConcurrency - slots.executionSlots,
        waiting: maxWaiting - slots.queueSlots,
      };
    },
  };
}

function nameOf(state: CircuitState): CircuitReport['state'] {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half_open' : 'open';
}

function rethrow(thrown: unknown): never {
  if (thrown instanceof BrokenCircuitError) throw new JudgeFailure('circuit_open', 'the provider failed too often', { cause: thrown });
  if (thrown instanceof BulkheadRejectedError) throw new JudgeFailure('overloaded', 'too many judgements are waiting', { cause: thrown });
  throw thrown;
}
