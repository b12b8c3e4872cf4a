import type { Handler } from '../exchange.js';
import { opaError } from './errors.js';

/** Write methods of OPA's API: nothing is written over the wire, so that what serves is always what the files say. */
const readOnly: Handler = () =>
  opaError(400, 'invalid_operation', 'policies and data are files here: edit them in the policy folder, then they are reloaded');

export const WRITES = { PUT: readOnly, PATCH: readOnly, DELETE: readOnly } as const;
