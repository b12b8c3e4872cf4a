import { GatewayError } from '../errors.js';
import { closedError, granted, listOf, readDocument, textOf } from './decision-document.js';
import type { Domain } from './domain.js';
import { goInt, goList, goString, goStruct } from './go-decode.js';
import type { Decoded } from './go-decode.js';
import { decodeBody, encodeInput } from './request-body.js';

const request = goStruct({ event_type: goString, severity: goString, age_days: goInt, export_targets: goList(goString) });

export type AuditInput = Decoded<typeof request>;

/** Is this event still kept, and where is it exported to? */
export const audit: Domain<AuditInput> = {
  name: 'audit',
  packageName: 'audit',
  entrypoint: 'defenseclaw/audit',

  parseInput: (body) => decodeBody(body, request),

  toEvaluationInput: (input) => encodeInput({ ...input, export_targets: input.export_targets ?? [] }),

  toAnswer(result) {
    const document = readDocument(result);
    // "Not retained" deletes evidence: it has to be said, not left out.
    if (typeof document['retain'] !== 'boolean') throw new GatewayError('decision_invalid', 'retain is not true or false');
    return {
      status: 200,
      body: { retain: document['retain'], retain_reason: textOf(document, 'retain_reason'), export_to: listOf(document, 'export_to') },
    };
  },

  closedForm: (reason) => closedError(reason, 'policy: audit eval'),

  // Letting evidence go is what is permitted here.
  grants: (document) => granted(document, 'retain', [false]),

  verdictLabel({ status, body }) {
    if (status !== 200) return 'error';
    return body['retain'] === true ? 'retain' : 'expire';
  },
};
