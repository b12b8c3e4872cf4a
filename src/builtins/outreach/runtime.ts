import { RegoObject } from '../../value/value.js';
import type { BuiltinGroup } from '../builtin.js';

/** The OPA that policies are compiled with; a drift test holds it against the compiler service. */
export const OPA_VERSION = '1.22.2';

const NOTHING = RegoObject.of([]);

/** Neither the environment nor the configuration of the gateway, whatever is allowed: both hold secrets. */
const RUNTIME = RegoObject.from({ commit: '', config: NOTHING, env: NOTHING, version: OPA_VERSION });

export const runtimeBuiltins: BuiltinGroup = { 'opa.runtime': () => RUNTIME };
