import { createHash } from 'node:crypto';
import type { UnpackParams } from '../compiler/bundle-protocol.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import type { BundleSource } from '../config/bundle-sources.js';
import { asGatewayError, GatewayError } from '../errors.js';
import { sourceSetOf } from '../policy/assemble.js';
import { kindOf } from '../policy/source-kind.js';
import type { SourceFile, SourceSet } from '../policy/source-set.js';
import { download } from './download.js';
import type { Download } from './download.js';
import { isOci, pull } from './pull.js';
import { createBundleStates } from './bundle-states.js';
import type { BundleStates } from './bundle-states.js';

/** What all archives may have together: they go to the compiler in one message. */
const MAX_ARCHIVE_BYTES = 128 * 1024 * 1024;

export interface BundleReaderOptions extends Pick<UnpackParams, 'keys' | 'maxBytes' | 'maxFileBytes' | 'regoVersion'> {
  readonly sources: readonly BundleSource[];
  readonly compiler: Pick<RegoCompiler, 'pull' | 'unpack'>;
}

/** Reads bundles as a folder of policies is read. */
export interface BundleReader {
  readonly sources: readonly BundleSource[];
  /** One look at one bundle; what it has now in a word, or why it cannot be had. Never rejects. */
  look(source: BundleSource): Promise<string>;
  /** What the last look at it found; undefined before the first. */
  seen(source: BundleSource): string | undefined;
  readonly states: Pick<BundleStates, 'of'>;
  /**
   * All bundles as they are at this moment, as one source set: those that have not changed are not fetched again. Throws `bundle_unavailable`,
   * `bundle_invalid`, `bundle_refused`, `policy_no_modules`, `compiler_*`.
   */
  read(): Promise<SourceSet>;
}

/** A bundle that was fetched. */
interface Held extends Download {
  readonly digest: string;
}

export function createBundleReader({ sources, compiler, ...bounds }: BundleReaderOptions): BundleReader {
  const held = new Map<string, Held>();
  const seen = new Map<string, string>();
  const states = createBundleStates();
  let last: { readonly key: string; readonly set: SourceSet } | undefined;

  async function fetchOne(source: BundleSource): Promise<Held> {
    const had = held.get(source.name);
    const mostBytes = Math.floor(MAX_ARCHIVE_BYTES / sources.length);
    states.asked(source);
    try {
      const fresh = await (isOci(source) ? pull(compiler, source, had?.etag, mostBytes) : download(source, had?.etag, mostBytes));
      const now = fresh === undefined && had !== undefined ? had : withDigest(source, fresh);
      held.set(source.name, now);
      seen.set(source.name, now.digest);
      states.answered(source, fresh?.bytes.byteLength);
      return now;
    } catch (thrown) {
      const { code, message } = asGatewayError(thrown);
      seen.set(source.name, `${code}: ${message}`);
      states.failed(source, { code, message });
      throw thrown;
    }
  }

  async function unpack(archives: readonly Held[]): Promise<SourceSet> {
    const bundles = sources.map(({ name, verify }, index) => ({
      name,
      archive: Buffer.from(archives[index]?.bytes ?? []).toString('base64'),
      ...(verify === undefined ? {} : { verify }),
    }));
    const { modules = [], data = '{}', revisions = {}, refused } = await compiler.unpack({ ...bounds, bundles });
    if (refused !== undefined) {
      const { bundle, kind, message } = refused;
      const code = kind === 'signature' ? 'bundle_refused' : 'bundle_invalid';
      states.failed({ name: bundle }, { code, message });
      throw new GatewayError(code, `bundle ${bundle}: ${message}`, { details: { bundle } });
    }
    const files = modules.map(({ path, text, regoVersion }): SourceFile =>
      Object.freeze({ path, bytes: Buffer.from(text), ...(regoVersion === 'v0' ? { regoVersion } : {}) }),
    );
    const sorted = files.sort((a, b) => (a.path < b.path ? -1 : 1));
    const set = await sourceSetOf(`bundles: ${sources.map(({ name }) => name).join(', ')}`, {
      ...{ overlay: [], schema: [], suite: [], judge: [], pack: [], manifest: [] },
      module: sorted.filter(({ path }) => kindOf(path) !== 'test'),
      test: sorted.filter(({ path }) => kindOf(path) === 'test'),
      data: [Object.freeze({ path: 'data.json', bytes: Buffer.from(data) })],
    });
    states.named(set.id, revisions);
    return set;
  }

  return {
    sources,
    states,
    seen: ({ name }) => seen.get(name),
    look: async (source) => {
      await fetchOne(source).catch(() => undefined);
      return seen.get(source.name) ?? '';
    },
    read: async () => {
      const archives = await Promise.all(sources.map(fetchOne));
      const key = archives.map(({ digest }) => digest).join();
      if (last?.key === key) return last.set;
      const set = await unpack(archives);
      last = { key, set };
      return set;
    },
  };
}

function withDigest({ name }: BundleSource, fresh: Download | undefined): Held {
  if (fresh === undefined)
    throw new GatewayError('bundle_unavailable', `bundle ${name}: the server says that nothing changed since nothing`);
  return { ...fresh, digest: createHash('sha256').update(fresh.bytes).digest('hex') };
}
