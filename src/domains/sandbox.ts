import { GatewayError } from '../errors.js';
import { closedError, grantedEach, listOf, readDocument } from './decision-document.js';
import type { Domain } from './domain.js';
import { goList, goString, goStruct } from './go-decode.js';
import type { Decoded } from './go-decode.js';
import { decodeBody, demand, encodeInput } from './request-body.js';

const request = goStruct({ skill_name: goString, requested_endpoints: goList(goString), requested_permissions: goList(goString) });

export type SandboxInput = Decoded<typeof request>;

const LISTED_GRANTS = ['allowed_endpoints', 'permissions', 'allowed_skills'] as const;
const LISTS = ['allowed_endpoints', 'denied_endpoints', 'denied_from_request', 'permissions', 'allowed_skills'] as const;

/** Which endpoints and permissions does a skill get inside its sandbox? */
export const sandbox: Domain<SandboxInput> = {
  name: 'sandbox',
  packageName: 'sandbox',
  entrypoint: 'defenseclaw/sandbox',

  parseInput(body) {
    const input = decodeBody(body, request);
    demand(input.skill_name !== '', 'skill_name is required');
    return input;
  },

  toEvaluationInput: (input) =>
    encodeInput({
      ...input,
      requested_endpoints: input.requested_endpoints ?? [],
      requested_permissions: input.requested_permissions ?? [],
    }),

  toAnswer(result) {
    const document = readDocument(result);
    // A document with none of the lists is no decision, and five nulls would read as "nothing denied".
    if (LISTS.every((name) => document[name] === undefined)) throw new GatewayError('decision_invalid', 'every list is undefined');
    return { status: 200, body: Object.fromEntries(LISTS.map((name) => [name, listOf(document, name)])) };
  },

  closedForm: (reason) => closedError(reason, 'policy: sandbox eval'),

  grants: (document) => LISTED_GRANTS.flatMap((name) => grantedEach(document, name)),

  verdictLabel({ status, body }) {
    if (status !== 200) return 'error';
    const denied = body['denied_from_request'];
    return Array.isArray(denied) && denied.length > 0 ? 'restricted' : 'granted';
  },
};
