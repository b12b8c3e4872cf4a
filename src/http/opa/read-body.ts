import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parseDocument, visit } from 'yaml';
import { exceedsYamlDepth, MAX_YAML_DEPTH } from '../../config/yaml-depth.js';
import { GatewayError } from '../../errors.js';
import type { Call } from '../exchange.js';

const inflate = promisify(gunzip);

/** YAML is parsed on the thread that answers everybody, at 5 us a byte and 20 where it is malformed: this much is half a second. */
const MAX_YAML_BYTES = 32 << 10;

/** Without them the parser compares every key of a map with every other, and prepares each error by reading its whole line. */
const LINEAR = { uniqueKeys: false, prettyErrors: false } as const;

/** Aliases a YAML body may follow: enough for anchors, too few for a bomb. */
const MAX_ALIASES = 100;

/** The body of a Data API request as JSON text: inflated, at most `maxInflated` bytes, and turned from YAML if it is that. */
export function readOpaBody(call: Call, maxInflated: number): Promise<Uint8Array> {
  const packed = call.headers['content-encoding']?.includes('gzip') === true;
  const yaml = call.headers['content-type']?.includes('yaml') === true;
  return packed || yaml ? convert(call, packed ? maxInflated : undefined, yaml) : call.body();
}

async function convert(call: Call, maxInflated: number | undefined, yaml: boolean): Promise<Uint8Array> {
  const sent = await call.body();
  const plain = maxInflated === undefined ? sent : await gunzipBounded(sent, maxInflated);
  return yaml ? fromYaml(plain) : plain;
}

async function gunzipBounded(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  try {
    return await inflate(bytes, { maxOutputLength: limit });
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new GatewayError('request_too_large', `the inflated body exceeds ${limit} bytes`, { cause, details: { limit } });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('evaluation_input_invalid', `could not decompress the body: ${reason}`, { cause });
  }
}

function fromYaml(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength > MAX_YAML_BYTES) {
    throw new GatewayError('request_too_large', `a YAML body may hold ${MAX_YAML_BYTES} bytes; send a larger input as JSON`, {
      details: { limit: MAX_YAML_BYTES },
    });
  }
  const text = Buffer.from(bytes).toString('utf8');
  // Asked before parsing: the parser recurses, and a stack that ends inside it can end the process.
  if (exceedsYamlDepth(text)) {
    throw new GatewayError('evaluation_input_too_deep', `body nests deeper than ${MAX_YAML_DEPTH} levels`, {
      details: { limit: MAX_YAML_DEPTH },
    });
  }
  try {
    const document = parseDocument(text, { ...LINEAR, intAsBigInt: false, logLevel: 'error' });
    const [error] = document.errors;
    if (error !== undefined) throw error;
    // JSON.stringify would write null for them, and the rules would decide about that.
    visit(document, { Scalar: (_key, { value, source }) => demandNumber(value, source) });
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return Buffer.from(JSON.stringify(value ?? null));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('evaluation_input_invalid', `body contains malformed input document: ${reason}`, { cause });
  }
}

function demandNumber(value: unknown, source: string | undefined): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`Expected a number that JSON can hold, got ${source ?? value}`);
}
