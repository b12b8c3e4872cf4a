import { openStateReader } from '../../audit/database.js';
import type { StateDatabase } from '../../audit/database.js';
import { createEnforcementStore } from '../../audit/enforcement-store.js';
import type { EnforcementStore } from '../../audit/enforcement-store.js';
import { GatewayError } from '../../errors.js';
import { Elsewhere } from '../../http/exchange.js';
import type { EnforcementSource, GuardrailSettings } from '../../http/deps.js';
import type { GatewayWords } from '../gateway-words.js';

/** What changes without a reload: the enforcement lists, read from their file, and the guardrail settings, as the main process sent them. */
export class LiveSettings implements EnforcementSource {
  readonly #file: string;
  readonly #words: GatewayWords;
  #database: StateDatabase | undefined;
  #store: { readonly version: number; readonly lists: EnforcementStore } | undefined;
  #settings: { readonly version: number; readonly guardrail: GuardrailSettings } | undefined;

  constructor(file: string, words: GatewayWords) {
    this.#file = file;
    this.#words = words;
  }

  update(settings: { readonly version: number; readonly guardrail: GuardrailSettings }): void {
    this.#settings = settings;
  }

  /** Throws {@link Elsewhere} while a change is on its way here. */
  get guardrail(): GuardrailSettings {
    if (this.#settings?.version !== this.#words.read('settings')) throw new Elsewhere();
    return this.#settings.guardrail;
  }

  /** Throws {@link Elsewhere} when the file cannot be read here. */
  lists(): ReturnType<EnforcementSource['lists']> {
    const version = this.#words.read('lists');
    try {
      this.#database ??= openStateReader(this.#file);
      // A store keeps what it read for some milliseconds; a change that was answered must be seen at once.
      if (this.#store?.version !== version) this.#store = { version, lists: createEnforcementStore({ database: this.#database }) };
      return this.#store.lists.lists();
    } catch (thrown) {
      if (thrown instanceof GatewayError) throw new Elsewhere(thrown.message, { cause: thrown });
      throw thrown;
    }
  }
}
