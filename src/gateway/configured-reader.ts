import { createBundleReader } from '../bundles/bundle-reader.js';
import type { BundleReader } from '../bundles/bundle-reader.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import { bundleSources } from '../config/bundle-sources.js';
import type { Config } from '../config/config.js';
import { createSourceReader } from '../policy/source-reader.js';
import type { SourceReader, SourceReaderOptions } from '../policy/source-reader.js';

/** What a command waits for longer than a gateway: nobody's decisions do, and the machine may be busy with the gateway. */
export const COMMAND_PATIENCE = 3;

/** A reader of policy folders within the bounds of the configuration; `patience` multiplies the time that a reading may take. */
export function configuredReader(
  { policy, paths }: Pick<Config, 'policy' | 'paths'>,
  patience: () => number = () => 1,
  more: Pick<SourceReaderOptions, 'ignored' | 'testsAlone'> = {},
): SourceReader {
  return createSourceReader({
    ...more,
    pack: paths.rulePack,
    regoVersion: policy.rego_version,
    limits: { maxFiles: policy.max_files, maxFileBytes: policy.max_file_bytes, maxTotalBytes: policy.max_total_bytes },
    readTimeoutMs: () => policy.read_timeout * patience(),
  });
}

/** A reader of the bundles of the configuration, within the same bounds; undefined without bundles. */
export function configuredBundles(
  config: Pick<Config, 'policy' | 'services' | 'bundles' | 'keys'>,
  compiler: Pick<RegoCompiler, 'pull' | 'unpack'>,
): BundleReader | undefined {
  const sources = bundleSources(config);
  if (sources.length === 0) return undefined;
  const { policy, keys } = config;
  return createBundleReader({
    sources,
    compiler,
    keys: Object.fromEntries(
      Object.entries(keys).map(([id, { key, algorithm, scope }]) => [
        id,
        { key: key.reveal(), algorithm, ...(scope === undefined ? {} : { scope }) },
      ]),
    ),
    maxBytes: policy.max_total_bytes,
    maxFileBytes: policy.max_file_bytes,
    regoVersion: policy.rego_version,
  });
}
