import { admission } from './admission.js';
import { audit } from './audit.js';
import type { Domain, DomainName } from './domain.js';
import { firewall } from './firewall.js';
import { guardrail } from './guardrail.js';
import { sandbox } from './sandbox.js';
import { skillActions } from './skill-actions.js';

/** Every domain under its wire name. */
export const DOMAINS = {
  admission,
  guardrail,
  firewall,
  sandbox,
  audit,
  'skill-actions': skillActions,
} as const satisfies Readonly<Record<DomainName, Domain<unknown>>>;
