import type { Revision } from '../../policy/revision.js';
import type { Attachment } from '../attachment.js';
import type { Resource } from '../exchange.js';
import { onRevision } from '../on-revision.js';
import type { Failed } from '../on-revision.js';

const PATH = '/bundles/policy.tar.gz';

/** A revision as one of OPA's bundles. Throws `compiler_*`. */
export type Bundler = (revision: Revision) => Promise<Uint8Array>;

/** What serves as one of OPA's bundles, for OPAs that are to decide alike: each asks again and again, and gets it when it has changed. */
export function bundleResource(bundle: Bundler, parts: { readonly attachment: Attachment; readonly failed: Failed }): Resource {
  return {
    path: PATH,
    methods: {
      GET: (call) =>
        onRevision(parts, call, async ({ revision }) => {
          const etag = `"${revision.id}"`;
          const headers = { ETag: etag, 'Cache-Control': 'no-cache' };
          if (names(call.headers['if-none-match'], etag)) return { status: 304, headers, body: '' };
          return { status: 200, headers: { ...headers, 'Content-Type': 'application/gzip' }, body: await bundle(revision) };
        }),
    },
  };
}

/** Whether the client has it already; a proxy on the way may have made the tag a weak one. */
function names(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//u, '') === etag);
}
