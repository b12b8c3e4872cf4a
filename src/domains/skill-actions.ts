import { closedError, decided, granted, labelOf, readDocument, textOf } from './decision-document.js';
import type { Domain } from './domain.js';
import { goString, goStruct } from './go-decode.js';
import type { Decoded } from './go-decode.js';
import { decodeBody, demand, encodeInput } from './request-body.js';

const request = goStruct({ severity: goString, target_type: goString });

export type SkillActionsInput = Decoded<typeof request>;

/** What to enforce for a finding of this severity. */
export const skillActions: Domain<SkillActionsInput> = {
  name: 'skill-actions',
  packageName: 'skill_actions',
  entrypoint: 'defenseclaw/skill_actions',

  parseInput(body) {
    const input = decodeBody(body, request);
    demand(input.severity !== '', 'severity is required');
    return input;
  },

  toEvaluationInput: ({ severity, target_type }) => encodeInput({ severity, ...(target_type === '' ? {} : { target_type }) }),

  toAnswer(result) {
    const document = readDocument(result);
    return {
      status: 200,
      body: {
        runtime_action: decided(document, 'runtime_action'),
        file_action: textOf(document, 'file_action'),
        install_action: textOf(document, 'install_action'),
        should_block: document['should_block'] === true,
      },
    };
  },

  closedForm: (reason) => closedError(reason, 'policy: skill_actions eval'),

  grants: (document) => [
    ...granted(document, 'runtime_action', ['allow']),
    ...granted(document, 'file_action', ['none']),
    ...granted(document, 'install_action', ['allow', 'none']),
    // The flags are there to be true.
    ...['should_block', 'should_quarantine', 'should_block_install'].filter((flag) => document[flag] !== true),
  ],

  verdictLabel({ status, body }) {
    if (status !== 200) return 'error';
    return body['should_block'] === true ? 'block' : labelOf(body['runtime_action'], ['allow', 'block']);
  },
};
