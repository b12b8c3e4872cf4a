import type { Step } from '../../value/step.js';
import { RegoObject, RegoSet } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { decodeBase64 } from '../base64.js';
import type { BuiltinContext, BuiltinGroup } from '../builtin.js';
import { BuiltinError } from '../builtin.js';
import { int64, isNumber } from '../numeric.js';
import { objectOperand, stringOperand } from '../operands.js';
import { nextPemBlock, pemBlocks } from '../pem.js';
import { parseCertificates } from './certificate.js';
import type { Certificate } from './certificate.js';
import { base64, certificateToRego } from './certificate-rego.js';
import { verifyChain } from './chain.js';
import type { ChainOptions } from './chain.js';
import { importPrivateKey, isPairOf, privateKeyOf, privateKeyToJwk, privateKeyToRego } from './private-keys.js';
import { importPublicKey } from './public-key.js';
import { requestToRego } from './request.js';

const BEGIN = '-----BEGIN';
const UNVERIFIED: readonly RegoValue[] = [false, []];

/** Names that the KeyUsages option takes, in the order of Go's numbers. */
const KEY_USAGES = [
  'Any ServerAuth ClientAuth CodeSigning EmailProtection IPSECEndSystem IPSECTunnel IPSECUser TimeStamping OCSPSigning',
  'MicrosoftServerGatedCrypto NetscapeServerGatedCrypto MicrosoftCommercialCodeSigning MicrosoftKernelCodeSigning',
].flatMap((line) => line.split(' ').map((name) => `KeyUsage${name}`));

const SERVER_AUTH = 1;

/** Units of work of importing one key, some tens of microseconds. */
const KEY_UNITS = 64;

/** `crypto.x509.*` and `crypto.parse_private_keys`: what Go's x509 package reads, printed as Go prints it. */
export const x509Builtins: BuiltinGroup = {
  'crypto.x509.parse_certificates': ({ step }, text = null) => readCertificates(stringOperand(text, 1), step).map(printer(true, step)),
  'crypto.x509.parse_and_verify_certificates': (context, text = null) => {
    const certificates = attemptCertificates(stringOperand(text, 1), context.step);
    return certificates === undefined ? UNVERIFIED : verify(certificates, defaultOptions(context), true, context.step);
  },
  'crypto.x509.parse_and_verify_certificates_with_options': (context, text = null, options = null) => {
    const pem = stringOperand(text, 1);
    const object = objectOperand(options, 2);
    const certificates = attemptCertificates(pem, context.step);
    return certificates === undefined ? UNVERIFIED : verify(certificates, readOptions(object, context), false, context.step);
  },
  'crypto.x509.parse_certificate_request': (_, text = null) => {
    const request = stringOperand(text, 1);
    const bytes = request.startsWith(`${BEGIN} CERTIFICATE REQUEST-----`) ? Buffer.from(request) : decodeBase64(request);
    const block = nextPemBlock(bytes.toString('latin1'));
    if (block !== undefined && block.type !== 'CERTIFICATE REQUEST')
      throw new BuiltinError('invalid PEM-encoded certificate signing request');
    return requestToRego(block?.bytes ?? bytes);
  },
  'crypto.x509.parse_keypair': ({ step }, certificate = null, key = null) =>
    keyPair(stringOperand(certificate, 1), stringOperand(key, 1), step),
  'crypto.x509.parse_rsa_private_key': ({ step }, text = null) => {
    const pem = stringOperand(text, 1);
    if (pem === '') throw new BuiltinError('input PEM data was empty');
    const [first] = privateKeys(pem.startsWith(BEGIN) ? pem : decodeBase64(pem).toString('latin1'), step);
    return first === undefined ? null : privateKeyToJwk(first);
  },
  'crypto.parse_private_keys': ({ step }, text = null) => {
    const pem = stringOperand(text, 1);
    return pem === '' ? null : privateKeys(pem, step).map(privateKeyToRego);
  },
};

/** Prints certificates; the larger ones, with many names, take longer. */
function printer(uriStrings: boolean, step: Step): (certificate: Certificate) => RegoValue {
  return (certificate) => {
    step(1 + (certificate.raw.length >> 4));
    return certificateToRego(certificate, uriStrings);
  };
}

function readCertificates(text: string, step: Step): readonly Certificate[] {
  if (text.startsWith(BEGIN)) return certificatesOfPem(text, step);
  const bytes = decodeBase64(text);
  const decoded = bytes.toString('latin1');
  return decoded.startsWith(BEGIN) ? certificatesOfPem(decoded, step) : parseCertificates(bytes, step);
}

function certificatesOfPem(text: string, step: Step): readonly Certificate[] {
  const blocks = pemBlocks(text);
  const foreign = blocks.find(({ type }) => type !== 'CERTIFICATE');
  if (foreign !== undefined) throw new BuiltinError(`PEM block type is '${foreign.type}', expected CERTIFICATE`);
  return parseCertificates(Buffer.concat(blocks.map(({ bytes }) => bytes)), step);
}

function attemptCertificates(text: string, step: Step): readonly Certificate[] | undefined {
  try {
    return readCertificates(text, step);
  } catch (error) {
    if (error instanceof BuiltinError) return undefined;
    throw error;
  }
}

function verify(certificates: readonly Certificate[], options: ChainOptions, uriStrings: boolean, step: Step): RegoValue {
  const chain = certificates.length < 2 ? undefined : verifyChain(certificates, options, step);
  return chain === undefined ? UNVERIFIED : [true, chain.map(printer(uriStrings, step))];
}

function defaultOptions({ nowNs }: BuiltinContext): ChainOptions {
  return { timeNs: nowNs, dnsName: '', keyUsages: [SERVER_AUTH] };
}

function readOptions(object: RegoObject, context: BuiltinContext): ChainOptions {
  let options = defaultOptions(context);
  for (const [name, value] of object.entries) {
    if (typeof name !== 'string') continue;
    options = { ...options, ...readOption(name, value) };
  }
  return options;
}

function readOption(name: string, value: RegoValue): Partial<ChainOptions> {
  switch (name) {
    case 'DNSName':
      if (typeof value !== 'string') throw new BuiltinError("'DNSName' should be a string");
      return { dnsName: unquoted(value) };
    case 'CurrentTime':
      return { timeNs: integerOption(name, value) };
    case 'MaxConstraintComparisons':
      // Name constraints are checked in full here; Go itself no longer counts.
      integerOption(name, value);
      return {};
    case 'KeyUsages': {
      const list = value instanceof RegoSet ? value.members : value;
      if (!Array.isArray(list)) throw new BuiltinError("'KeyUsages' should be an Array or Set");
      const names = (list as readonly RegoValue[]).filter((usage) => typeof usage === 'string').map(unquoted);
      const invalid = names.filter((usage) => !KEY_USAGES.includes(usage));
      if (invalid.length > 0) throw new BuiltinError(`invalid entries for 'KeyUsages' found: ${invalid.join(' ')}`);
      return names.length === 0 ? {} : { keyUsages: names.map((usage) => KEY_USAGES.indexOf(usage)) };
    }
    default:
      throw new BuiltinError('invalid key option');
  }
}

/** Without the quotes at either end. A pattern would try each run of them in the middle from each of its quotes. */
function unquoted(text: string): string {
  let [start, end] = [0, text.length];
  while (text[start] === '"') start++;
  while (end > start && text[end - 1] === '"') end--;
  return text.slice(start, end);
}

function integerOption(name: string, value: RegoValue): bigint {
  const integer = isNumber(value) ? int64(value) : undefined;
  if (integer === undefined) throw new BuiltinError(`'${name}' should be a valid int64 number`);
  return integer;
}

/** A certificate chain and its key, as Go prints tls.Certificate. */
function keyPair(certificateText: string, keyText: string, step: Step): RegoValue {
  const chain = pemOrDer(certificateText);
  const ders = typeof chain === 'string' ? pemBlocks(chain).filter(({ type }) => type === 'CERTIFICATE') : [{ bytes: chain }];
  const [first] = ders;
  if (first === undefined) throw new BuiltinError('tls: failed to find any PEM data in certificate input');
  const keyData = pemOrDer(keyText);
  const blocks = typeof keyData === 'string' ? pemBlocks(keyData) : [];
  const block = blocks.find(({ type }) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'));
  const keyDer = typeof keyData === 'string' ? block?.bytes : keyData;
  if (keyDer === undefined) throw new BuiltinError('tls: failed to find PEM block with a private key in key input');
  const [leaf, ...more] = parseCertificates(first.bytes, step);
  if (leaf === undefined || more.length > 0) throw new BuiltinError('x509: trailing data');
  const key = importAnyKey(keyDer);
  const publicKey = importPublicKey(leaf.publicKey);
  if (publicKey === undefined || !isPairOf(key, publicKey)) throw new BuiltinError('tls: private key does not match public key');
  return RegoObject.from({
    Certificate: ders.map(({ bytes }) => base64(bytes)),
    PrivateKey: privateKeyToRego(key),
    Leaf: certificateToRego(leaf, false),
    OCSPStaple: null,
    SignedCertificateTimestamps: null,
    SupportedSignatureAlgorithms: null,
  });
}

function pemOrDer(text: string): string | Buffer {
  if (text.startsWith(`${BEGIN} `)) return text;
  const bytes = decodeBase64(text);
  const decoded = bytes.toString('latin1');
  return decoded.startsWith(BEGIN) ? decoded : bytes;
}

/** A key of any of the three forms, whatever its PEM block is called, as Go's tls package reads it. */
function importAnyKey(der: Buffer): ReturnType<typeof importPrivateKey> {
  for (const type of ['pkcs1', 'pkcs8', 'sec1'] as const) {
    try {
      return importPrivateKey(der, type);
    } catch (error) {
      if (!(error instanceof BuiltinError)) throw error;
    }
  }
  throw new BuiltinError('tls: failed to parse private key');
}

function privateKeys(text: string, step: Step): ReturnType<typeof importPrivateKey>[] {
  return pemBlocks(unwrap(text))
    .map((block) => {
      step(KEY_UNITS);
      return privateKeyOf(block);
    })
    .filter((key) => key !== undefined);
}

/** The whole text may be base64 of the PEM text. */
function unwrap(text: string): string {
  try {
    return decodeBase64(text).toString('latin1');
  } catch (error) {
    if (error instanceof BuiltinError) return text;
    throw error;
  }
}
