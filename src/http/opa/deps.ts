import type { Attachment } from '../attachment.js';
import type { HttpDeps, HttpLimits } from '../deps.js';
import type { Failed } from '../on-revision.js';

/** What the Data API routes are built from. */
export interface OpaDeps {
  readonly deps: HttpDeps;
  readonly limits: HttpLimits;
  readonly attachment: Attachment;
  readonly failed: Failed;
}
