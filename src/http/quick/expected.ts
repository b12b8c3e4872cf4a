import { EXPECTED_REVISION, expectRevision } from '../../engine/expect-revision.js';
import type { Failed } from '../on-revision.js';
import type { Reply } from '../exchange.js';
import { REVISION_HEADER, withHeader } from '../replies.js';
import type { QuickCall, QuickRevision } from './quick.js';

/** The refusal for a caller who counts on another revision than the one that decides; undefined for everybody else, at no cost. */
export function unexpected(call: QuickCall, revision: QuickRevision, failed: Failed): Reply | undefined {
  const given = call.headers[EXPECTED_REVISION];
  if (given === undefined) return undefined;
  try {
    expectRevision(given, revision.id);
    return undefined;
  } catch (thrown) {
    return withHeader(failed(thrown, call), REVISION_HEADER, revision.shortId);
  }
}
