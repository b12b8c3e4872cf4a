import { closedError, decided, granted, labelOf, readDocument, textOf } from './decision-document.js';
import type { Domain } from './domain.js';
import { goInt, goString, goStruct } from './go-decode.js';
import type { Decoded } from './go-decode.js';
import { decodeBody, demand, demandReference, encodeInput } from './request-body.js';

const request = goStruct({ target_type: goString, destination: goString, port: goInt, protocol: goString });

export type FirewallInput = Decoded<typeof request>;

/** May an agent connect to this destination and port? */
export const firewall: Domain<FirewallInput> = {
  name: 'firewall',
  packageName: 'firewall',
  entrypoint: 'defenseclaw/firewall',

  parseInput(body) {
    const input = decodeBody(body, request);
    demand(input.destination !== '', 'destination is required');
    demandReference(input.destination, 'policy target reference is invalid');
    return input;
  },

  toEvaluationInput: (input) => encodeInput(input),

  toAnswer(result) {
    const document = readDocument(result);
    return { status: 200, body: { action: decided(document, 'action'), rule_name: textOf(document, 'rule_name') } };
  },

  closedForm: (reason) => closedError(reason, 'policy: firewall eval'),

  grants: (document) => granted(document, 'action', ['allow']),

  verdictLabel: ({ status, body }) => (status === 200 ? labelOf(body['action'], ['allow', 'deny']) : 'error'),
};
