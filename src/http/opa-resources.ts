import type { Resource } from './exchange.js';
import type { OpaDeps } from './opa/deps.js';
import { batchResource } from './routes/batch.js';
import { bundleResource } from './routes/bundle.js';
import { dataResource } from './routes/data.js';
import { plainDecisionResources } from './routes/default-decision.js';
import { policiesResource } from './routes/policies.js';
import { opaStateResources } from './routes/opa-state.js';
import { queryResources } from './routes/queries.js';

/** OPA's own API, as far as it does not write, and what serves as an OPA takes it. */
export function opaResources(opa: OpaDeps): Resource[] {
  return [
    dataResource(opa),
    batchResource(opa),
    policiesResource(opa),
    ...plainDecisionResources(opa),
    ...queryResources(opa),
    ...opaStateResources(opa),
    ...(opa.deps.bundle === undefined ? [] : [bundleResource(opa.deps.bundle, opa)]),
  ];
}
