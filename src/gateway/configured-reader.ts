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
