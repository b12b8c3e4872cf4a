import type { SharedWords } from './shared-words.js';

/**
 * What every process sees at once. `generation`: the revision that decides, 0 for none; `lists` and `settings` change whenever the
 * enforcement lists or the guardrail settings did.
 */
export const GATEWAY_WORDS = ['generation', 'lists', 'settings'] as const;

export type GatewayWords = SharedWords<(typeof GATEWAY_WORDS)[number]>;
