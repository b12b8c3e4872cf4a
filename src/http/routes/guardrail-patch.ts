import type { GuardrailPatch } from '../../config/guardrail-file.js';
import { GoObject } from '../../domains/go-scan.js';
import type { GoValue } from '../../domains/go-scan.js';
import { goAny } from '../../domains/go-decode.js';
import { decodeBody, demand } from '../../domains/request-body.js';

const MODES = ['observe', 'action'] as const;
const SCANNER_MODES = ['local', 'remote', 'both'] as const;
const SEVERITIES: readonly string[] = ['INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];
const MAX_MESSAGE = 4096;
const MAX_CONNECTOR = 256;

/** Reads the body of a PATCH; fields that nobody knows are passed over. Throws `request_invalid` with the text of the wire. */
export function readGuardrailPatch(body: Uint8Array): GuardrailPatch {
  const document = decodeBody(body, goAny);
  demand(document instanceof GoObject, 'invalid JSON body');
  let patch: GuardrailPatch = {};
  for (const [name, value] of document.members) {
    if (Object.hasOwn(FIELDS, name)) patch = { ...patch, ...FIELDS[name as keyof typeof FIELDS](value) };
  }
  demand(Object.keys(patch).length > 0, 'no valid fields to update');
  return patch;
}

const FIELDS = {
  mode: (value: GoValue): GuardrailPatch => {
    const mode = MODES.find((known) => known === value);
    demand(mode !== undefined, 'mode must be observe or action');
    return { mode };
  },
  scanner_mode: (value: GoValue): GuardrailPatch => {
    const mode = SCANNER_MODES.find((known) => known === value);
    demand(mode !== undefined, 'scanner_mode must be local, remote, or both');
    return { scanner_mode: mode };
  },
  block_message: (value: GoValue): GuardrailPatch => {
    demand(typeof value === 'string', 'block_message must be a string');
    demand(value.length <= MAX_MESSAGE, `block_message must have at most ${MAX_MESSAGE} characters`);
    return { block_message: value };
  },
  connector: (value: GoValue): GuardrailPatch => {
    demand(typeof value === 'string' && value.trim() !== '', 'connector must be a non-empty string');
    demand(value.length <= MAX_CONNECTOR, `connector must have at most ${MAX_CONNECTOR} characters`);
    return { connector: value.trim().toLowerCase() };
  },
  hilt_enabled: (value: GoValue): GuardrailPatch => {
    demand(typeof value === 'boolean', 'hilt_enabled must be a boolean');
    return { hilt_enabled: value };
  },
  hilt_min_severity: (value: GoValue): GuardrailPatch => {
    demand(typeof value === 'string' && value.trim() !== '', 'hilt_min_severity must be a non-empty string');
    const severity = value.trim().toUpperCase();
    demand(SEVERITIES.includes(severity), `hilt_min_severity must be one of ${SEVERITIES.join(', ')}`);
    return { hilt_min_severity: severity };
  },
};
