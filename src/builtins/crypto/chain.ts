import { constants, verify } from 'node:crypto';
import type { Step } from '../../value/step.js';
import { isStrongRsaKey } from '../rsa-strength.js';
import type { Certificate } from './certificate.js';
import { hostnameMatches } from './hostname.js';
import { namesAllowed } from './name-constraints.js';
import { importPublicKey } from './public-key.js';

/** How a chain is verified. */
export interface ChainOptions {
  /** Nanoseconds since the epoch. */
  readonly timeNs: bigint;
  /** '' when the leaf may bear any name. */
  readonly dnsName: string;
  /** Go's numbers of extended key usages, of which the chain must allow one; 0 stands for any. */
  readonly keyUsages: readonly number[];
}

const ANY_USAGE = 0;
const CERT_SIGN = 1 << 5;

/** Verifying signatures is dear, and certificates that vouch for each other make many chains: Go stops here too. */
const MAX_SIGNATURES = 100;

/** Units of work of checking one. */
const SIGNATURE_UNITS = 64;

type Role = 'leaf' | 'intermediate' | 'root';

/** The first chain from the last certificate to the first one, leaf first, or undefined when there is none. */
export function verifyChain(certificates: readonly Certificate[], options: ChainOptions, step: Step): readonly Certificate[] | undefined {
  const root = certificates[0];
  const leaf = certificates.at(-1);
  if (root === undefined || leaf === undefined || !isValid(leaf, 'leaf', [], options)) return undefined;
  if (options.dnsName !== '' && !hostnameMatches(options.dnsName, leaf.fields.names)) return undefined;
  const builder = new ChainBuilder(root, certificates.slice(1, -1), options, step);
  const chains = root.raw.equals(leaf.raw) ? [[leaf]] : builder.build([leaf]);
  return chains.find((chain) => allowsUsage(chain, options.keyUsages) && allowsNames(chain, step) && !chain.some(needsPolicy));
}

class ChainBuilder {
  readonly #root: Certificate;
  readonly #intermediates: readonly Certificate[];
  readonly #options: ChainOptions;
  readonly #step: Step;
  #signatures = 0;

  constructor(root: Certificate, intermediates: readonly Certificate[], options: ChainOptions, step: Step) {
    this.#step = step;
    this.#root = root;
    this.#intermediates = intermediates;
    this.#options = options;
  }

  /** All chains that continue the given one up to the root. */
  build(chain: readonly [Certificate, ...Certificate[]]): (readonly Certificate[])[] {
    const child = chain.at(-1) ?? chain[0];
    const chains: (readonly Certificate[])[] = [];
    for (const parent of potentialParents([this.#root], child))
      if (this.#signs(parent, child, 'root', chain)) chains.push([...chain, parent]);
    for (const parent of potentialParents(this.#intermediates, child)) {
      if (this.#signs(parent, child, 'intermediate', chain)) chains.push(...this.build([...chain, parent]));
    }
    return chains;
  }

  #signs(parent: Certificate, child: Certificate, role: Role, chain: readonly Certificate[]): boolean {
    if (++this.#signatures > MAX_SIGNATURES || isInChain(parent, chain)) return false;
    this.#step(SIGNATURE_UNITS);
    return isSignedBy(child, parent) && isValid(parent, role, chain, this.#options);
  }
}

/** Certificates that bear the issuer's name, those with the issuer's key identifier first. */
function potentialParents(candidates: readonly Certificate[], child: Certificate): readonly Certificate[] {
  const issuer = child.fields.authorityKeyId ?? Buffer.alloc(0);
  const distance = ({ fields: { subjectKeyId = Buffer.alloc(0) } }: Certificate): number => {
    if (subjectKeyId.equals(issuer)) return 0;
    return subjectKeyId.length === 0 || issuer.length === 0 ? 1 : 2;
  };
  return candidates.filter((candidate) => candidate.rawSubject.equals(child.rawIssuer)).sort((a, b) => distance(a) - distance(b));
}

function isInChain(candidate: Certificate, chain: readonly Certificate[]): boolean {
  const names = (certificate: Certificate): Buffer =>
    certificate.extensions.find(({ oid }) => oid === '2.5.29.17')?.value ?? Buffer.alloc(0);
  return chain.some(
    (certificate) =>
      candidate.rawSubject.equals(certificate.rawSubject) &&
      candidate.publicKey.raw.equals(certificate.publicKey.raw) &&
      names(candidate).equals(names(certificate)),
  );
}

function isValid(certificate: Certificate, role: Role, chain: readonly Certificate[], { timeNs }: ChainOptions): boolean {
  const { unhandled, basicConstraints } = certificate.fields;
  if (unhandled.length > 0) return false;
  if (timeNs < certificate.notBefore.epochNs || timeNs > certificate.notAfter.epochNs) return false;
  if (role === 'intermediate' && basicConstraints?.isCa !== true) return false;
  const pathLength = basicConstraints?.pathLength ?? -1;
  return pathLength < 0 || chain.length - 1 <= pathLength;
}

function isSignedBy(child: Certificate, parent: Certificate): boolean {
  const { basicConstraints, keyUsage } = parent.fields;
  if (basicConstraints === undefined ? parent.version === 3 : !basicConstraints.isCa) return false;
  if (keyUsage !== 0 && (keyUsage & CERT_SIGN) === 0) return false;
  const { family, hash, pss } = child.signatureAlgorithm;
  const key = importPublicKey(parent.publicKey);
  if (family === undefined || family !== parent.publicKey.family || key === undefined) return false;
  switch (family) {
    case 'Ed25519':
      return verify(null, child.rawTbs, key, child.signature);
    case 'ECDSA':
      return hash !== undefined && verify(hash, child.rawTbs, key, child.signature);
    case 'RSA': {
      if (hash === undefined || !isStrongRsaKey(key)) return false;
      const padding = pss === true ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
      return verify(hash, child.rawTbs, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }, child.signature);
    }
    case 'DSA':
      return false;
  }
}

/** From the root down every certificate that names usages at all crosses out those that it does not name. */
function allowsUsage(chain: readonly Certificate[], wanted: readonly number[]): boolean {
  if (wanted.includes(ANY_USAGE)) return true;
  return (
    chain.reduceRight((usages, { fields: { extendedKeyUsage } }) => {
      const { known, unknown } = extendedKeyUsage;
      if (known.length + unknown.length === 0 || known.includes(ANY_USAGE)) return usages;
      return usages.filter((usage) => known.includes(usage));
    }, wanted).length > 0
  );
}

function allowsNames(chain: readonly Certificate[], step: Step): boolean {
  return chain.every(({ fields: { nameConstraints } }, index) => {
    return nameConstraints === undefined || chain.slice(0, index).every(({ fields }) => namesAllowed(nameConstraints, fields.names, step));
  });
}

/** Policy trees are not followed: a chain that demands an explicit policy is refused. */
function needsPolicy({ fields }: Certificate): boolean {
  return fields.requireExplicitPolicy !== undefined;
}
