import type { Revision } from '../../policy/revision.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { goJson } from '../../domains/go-json.js';
import { onRevision } from '../on-revision.js';
import { jsonText } from '../opa/answer.js';
import type { OpaDeps } from '../opa/deps.js';
import { opaError } from '../opa/errors.js';
import { WRITES } from '../opa/read-only.js';
import { hasFlag } from '../query.js';

const ROOT = '/v1/policies';

/** The modules of the revision that serves, as their files say; their parsed form stays in the compiler and is left out. */
export function policiesResource(opa: OpaDeps): Resource {
  return {
    path: ROOT,
    below: true,
    methods: { GET: (call) => onRevision(opa, call, ({ revision }) => Promise.resolve(answer(call, revision))), ...WRITES },
  };
}

function answer(call: Call, revision: Revision): Reply {
  const pretty = hasFlag(call.query, 'pretty');
  const policies = revision.source.modules.map(({ path, bytes }) => ({ id: path, raw: Buffer.from(bytes).toString('utf8') }));
  const id = idOf(call.path);
  if (id === '') return jsonText(goJson({ result: policies }), pretty);
  const policy = policies.find((candidate) => candidate.id === id);
  if (policy !== undefined) return jsonText(goJson({ result: policy }), pretty);
  return opaError(404, 'resource_not_found', `storage_not_found_error: policy id ${JSON.stringify(id)}`);
}

function idOf(path: string): string {
  const encoded = path.slice(ROOT.length + 1);
  try {
    return decodeURIComponent(encoded);
  } catch (thrown) {
    if (thrown instanceof URIError) return encoded;
    throw thrown;
  }
}
