import { decided, granted, labelOf, readDocument, textOf } from './decision-document.js';
import type { Domain } from './domain.js';
import { goInt, goPointer, goString, goStruct } from './go-decode.js';
import type { Decoded } from './go-decode.js';
import { decodeBody, demand, demandReference, encodeInput } from './request-body.js';

const request = goStruct({
  domain: goString,
  input: goStruct({
    target_type: goString,
    target_name: goString,
    path: goString,
    scan_result: goPointer(goStruct({ max_severity: goString, total_findings: goInt, exit_code: goInt, scan_error: goString })),
  }),
});

/** A request without the envelope. Lists, scanner name and findings of a caller are not read: they are the gateway's to say. */
export type AdmissionInput = Decoded<typeof request>['input'];

const VERDICTS = ['blocked', 'allowed', 'scan', 'clean', 'rejected', 'warning'];

/** May this skill, plugin or MCP server be installed and run? */
export const admission: Domain<AdmissionInput> = {
  name: 'admission',
  packageName: 'admission',
  entrypoint: 'defenseclaw/admission',

  parseInput(body) {
    const { domain, input } = decodeBody(body, request);
    demand(domain === '' || domain === 'admission', 'unsupported policy domain');
    demand(input.target_type !== '' && input.target_name !== '', 'input.target_type and input.target_name are required');
    demandReference(input.target_type, 'policy observability identity is invalid');
    demandReference(input.target_name, 'policy target reference is invalid');
    return input;
  },

  toEvaluationInput({ target_type, target_name, path, scan_result }, { blockList, allowList }) {
    const target = { target_type, target_name, path, block_list: blockList, allow_list: allowList };
    // An absent scan and a null one mean the same; policies test for its presence.
    return encodeInput(scan_result === null ? target : { ...target, scan_result });
  },

  toAnswer(result) {
    const document = readDocument(result);
    return {
      status: 200,
      body: {
        data: {
          verdict: decided(document, 'verdict'),
          reason: textOf(document, 'reason'),
          file_action: textOf(document, 'file_action'),
          install_action: textOf(document, 'install_action'),
          runtime_action: textOf(document, 'runtime_action'),
        },
        ok: true,
      },
    };
  },

  closedForm: () => ({
    status: 200,
    body: {
      data: {
        verdict: 'rejected',
        reason: 'policy evaluation failed — denied by default',
        file_action: 'quarantine',
        install_action: 'block',
        runtime_action: 'block',
      },
      ok: true,
    },
  }),

  grants: (document) => [
    ...granted(document, 'verdict', ['allowed', 'clean', 'warning']),
    ...granted(document, 'runtime_action', ['allow']),
    ...granted(document, 'file_action', ['none']),
    ...granted(document, 'install_action', ['allow', 'none']),
  ],

  verdictLabel({ status, body }) {
    if (status !== 200) return 'error';
    return labelOf((body['data'] as Readonly<Record<string, unknown>>)['verdict'], VERDICTS);
  },
};
