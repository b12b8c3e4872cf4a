import type { RevisionLease } from '../engine/engine.js';
import { EXPECTED_REVISION, expectRevision } from '../engine/expect-revision.js';
import { shortId } from '../policy/source-set.js';
import type { Attachment } from './attachment.js';
import type { Call, Reply } from './exchange.js';
import { REVISION_HEADER, withHeader } from './replies.js';

/** Turns what a handler threw into an answer. */
export type Failed = (thrown: unknown, call: Pick<Call, 'path' | 'method' | 'requestId'>) => Reply;

/**
 * Answers a request from one revision, held from the first evaluation to the last: from the one that the caller expects, if they expect one.
 * The answer names it, a failure too. Throws `evaluation_no_revision` while none serves.
 */
export async function onRevision(
  { attachment, failed }: { readonly attachment: Attachment; readonly failed: Failed },
  call: Call,
  work: (lease: RevisionLease) => Promise<Reply>,
): Promise<Reply> {
  const lease = attachment.lease();
  const name = (reply: Reply): Reply => withHeader(reply, REVISION_HEADER, shortId(lease.revision.id));
  try {
    expectRevision(call.headers[EXPECTED_REVISION], lease.revision.id);
    return name(await work(lease));
  } catch (thrown) {
    return name(failed(thrown, call));
  } finally {
    lease.release();
  }
}
