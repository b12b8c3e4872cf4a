import type { PullParams } from '../compiler/bundle-protocol.js';
import { readBounded } from '../config/bounded-file.js';
import type { ProcessEnvironment } from '../config/environment.js';

/** Bytes of a file with certificates: those that a system trusts take some 250 KB. */
const MAX_PEM_BYTES = 4 * 1024 * 1024;

/**
 * What the environment says of the way out, for the compiler's process, which sees none of it: proxies, and certificates that are trusted beside
 * those of the system.
 */
export function outwardOf(environment: ProcessEnvironment): Pick<PullParams, 'ca' | 'proxies'> {
  const variable = (name: string): string | undefined =>
    [environment[name], environment[name.toLowerCase()]].find((value) => value !== undefined && value !== '');
  const [http, https, none] = [variable('HTTP_PROXY'), variable('HTTPS_PROXY'), variable('NO_PROXY')];
  const ca = certificates(environment['NODE_EXTRA_CA_CERTS']);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(http === undefined && https === undefined
      ? {}
      : {
          proxies: {
            ...(http === undefined ? {} : { http }),
            ...(https === undefined ? {} : { https }),
            ...(none === undefined ? {} : { none }),
          },
        }),
  };
}

/** Node warns at its start of a file that it cannot read, and goes on without it: so does this. */
function certificates(file: string | undefined): string | undefined {
  if (file === undefined || file === '') return undefined;
  try {
    const bytes = readBounded(file, MAX_PEM_BYTES);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');
  } catch {
    return undefined;
  }
}
