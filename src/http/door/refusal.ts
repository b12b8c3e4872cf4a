import type { CsrfFailure } from './csrf.js';
import type { AuthFailure } from './token.js';

/** Why a request is not let in. */
export type Refusal = AuthFailure | CsrfFailure | 'host_rejected';
