import type { Handler, Resource } from '../exchange.js';
import { opaError } from '../opa/errors.js';

const refuse: Handler = () =>
  opaError(501, 'invalid_operation', 'ad-hoc queries and partial evaluation need the policies uncompiled; here they run as WebAssembly');

/** The parts of OPA's API that compiled policies cannot answer: said so, in OPA's own error shape. */
export const refusedQueries: readonly Resource[] = [
  { path: '/v1/query', methods: { GET: refuse, POST: refuse } },
  { path: '/v1/compile', below: true, methods: { GET: refuse, POST: refuse } },
];
