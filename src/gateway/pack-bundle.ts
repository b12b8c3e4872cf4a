import { moduleTexts } from '../compiler/module-texts.js';
import type { Signing } from '../compiler/bundle-protocol.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import { GatewayError } from '../errors.js';
import type { Revision } from '../policy/revision.js';

/** What may be said of a bundle. */
export interface PackOptions {
  /** What it calls its state. Default: the id of the revision. */
  readonly name?: string | undefined;
  readonly signing?: Signing | undefined;
}

/**
 * A revision as one of OPA's bundles, a gzipped tar archive: the modules that serve and the merged data, without tests, schemas, judge files and
 * rule packs, which OPA has no use for. Throws `bundle_key_invalid`, `compiler_*`.
 */
export async function packBundle(
  compiler: Pick<RegoCompiler, 'pack'>,
  { id, source, data }: Pick<Revision, 'id' | 'source' | 'data'>,
  { name = id, signing }: PackOptions = {},
): Promise<Uint8Array> {
  const { archive, keyError } = await compiler.pack({
    modules: moduleTexts(source.modules),
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'),
    revision: name,
    ...(signing === undefined ? {} : { signing }),
  });
  if (archive !== undefined) return Buffer.from(archive, 'base64');
  throw new GatewayError('bundle_key_invalid', `${signing?.keyFile ?? 'the key'} cannot sign: ${keyError ?? 'it made no bundle'}`);
}

/** Packs what serves when somebody asks for it: once for each revision, for whoever asks. */
export function createBundler(compiler: Pick<RegoCompiler, 'pack'>): (revision: Revision) => Promise<Uint8Array> {
  let last: { readonly id: string; readonly packed: Promise<Uint8Array> } | undefined;
  return (revision) => {
    if (last?.id === revision.id) return last.packed;
    const packed = packBundle(compiler, revision);
    const mine = { id: revision.id, packed };
    last = mine;
    packed.catch(() => {
      if (last === mine) last = undefined;
    });
    return packed;
  };
}
