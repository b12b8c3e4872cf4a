import type { BuiltinGroup } from './builtin.js';

/** Built-ins of one file, known by name before the file and its libraries are loaded. */
export interface CatalogEntry {
  readonly names: readonly string[];
  /** What does the work, for the reference page. */
  readonly by: string;
  readonly load: () => Promise<BuiltinGroup>;
}

/**
 * Which file has which built-in. Workers load what a policy calls and nothing else: all libraries together take as long to
 * load as ten threads to start. A test holds this list against the groups themselves.
 */
export const CATALOG: readonly CatalogEntry[] = [
  {
    names: ['providers.aws.sign_req'],
    by: 'node:crypto',
    load: async () => (await import('./aws.js')).awsBuiltins,
  },
  {
    names: ['bits.and', 'bits.lsh', 'bits.negate', 'bits.or', 'bits.rsh', 'bits.xor'],
    by: 'own code',
    load: async () => (await import('./bits.js')).bitBuiltins,
  },
  {
    names: ['array.slice', 'substring'],
    by: 'own code',
    load: async () => (await import('./slices.js')).sliceBuiltins,
  },
  {
    names: ['cast_array', 'cast_boolean', 'cast_null', 'cast_object', 'cast_set', 'cast_string'],
    by: 'own code',
    load: async () => (await import('./casts.js')).castBuiltins,
  },
  {
    names: ['net.cidr_contains_matches', 'net.cidr_expand', 'net.cidr_is_valid', 'net.cidr_merge'],
    by: 'ipaddr.js',
    load: async () => (await import('./cidr/index.js')).cidrBuiltins,
  },
  {
    names: [
      'crypto.hmac.equal',
      'crypto.hmac.md5',
      'crypto.hmac.sha1',
      'crypto.hmac.sha256',
      'crypto.hmac.sha512',
      'crypto.md5',
      'crypto.parse_private_keys',
      'crypto.sha1',
      'crypto.sha256',
      'crypto.x509.parse_and_verify_certificates',
      'crypto.x509.parse_and_verify_certificates_with_options',
      'crypto.x509.parse_certificate_request',
      'crypto.x509.parse_certificates',
      'crypto.x509.parse_keypair',
      'crypto.x509.parse_rsa_private_key',
    ],
    by: 'node:crypto, own reader of DER',
    load: async () => (await import('./crypto/index.js')).cryptoBuiltins,
  },
  {
    names: ['base64.decode', 'base64.is_valid', 'base64url.encode_no_pad', 'hex.decode', 'hex.encode'],
    by: 'node:buffer',
    load: async () => (await import('./encoding.js')).encodingBuiltins,
  },
  {
    names: [
      'graphql.is_valid',
      'graphql.parse',
      'graphql.parse_and_verify',
      'graphql.parse_query',
      'graphql.parse_schema',
      'graphql.schema_is_valid',
    ],
    by: 'graphql',
    load: async () => (await import('./graphql/index.js')).graphqlBuiltins,
  },
  {
    names: ['http.send'],
    by: 'fetch in a thread of its own',
    load: async () => (await import('./outreach/http-send.js')).httpBuiltins,
  },
  {
    names: ['net.lookup_ip_addr'],
    by: 'node:dns in a thread of its own',
    load: async () => (await import('./outreach/lookup-ip-addr.js')).lookupBuiltins,
  },
  {
    names: ['opa.runtime'],
    by: "own code: OPA's version, and neither configuration nor environment",
    load: async () => (await import('./outreach/runtime.js')).runtimeBuiltins,
  },
  {
    names: ['json.is_valid', 'json.marshal', 'json.marshal_with_options', 'json.patch', 'json.unmarshal'],
    by: 'own code',
    load: async () => (await import('./json/index.js')).jsonBuiltins,
  },
  {
    names: ['json.match_schema', 'json.verify_schema'],
    by: 'own code after the JSON Schema of OPA',
    load: async () => (await import('./json-schema/index.js')).jsonSchemaBuiltins,
  },
  {
    names: [
      'io.jwt.decode',
      'io.jwt.decode_verify',
      'io.jwt.encode_sign',
      'io.jwt.encode_sign_raw',
      'io.jwt.verify_eddsa',
      'io.jwt.verify_es256',
      'io.jwt.verify_es384',
      'io.jwt.verify_es512',
      'io.jwt.verify_hs256',
      'io.jwt.verify_hs384',
      'io.jwt.verify_hs512',
      'io.jwt.verify_ps256',
      'io.jwt.verify_ps384',
      'io.jwt.verify_ps512',
      'io.jwt.verify_rs256',
      'io.jwt.verify_rs384',
      'io.jwt.verify_rs512',
    ],
    by: 'node:crypto',
    load: async () => (await import('./jwt/index.js')).jwtBuiltins,
  },
  {
    names: ['format_int', 'numbers.range_step', 'rand.intn', 'to_number'],
    by: 'own code, node:crypto',
    load: async () => (await import('./numbers.js')).numberBuiltins,
  },
  {
    names: ['graph.reachable_paths', 'object.subset'],
    by: 'own code',
    load: async () => (await import('./objects.js')).objectBuiltins,
  },
  {
    names: [
      'glob.quote_meta',
      're_match',
      'regex.find_all_string_submatch_n',
      'regex.find_n',
      'regex.globs_match',
      'regex.is_valid',
      'regex.match',
      'regex.replace',
      'regex.split',
      'regex.template_match',
    ],
    by: 're2js',
    load: async () => (await import('./regex/index.js')).regexBuiltins,
  },
  {
    names: ['semver.compare', 'semver.is_valid'],
    by: 'own code',
    load: async () => (await import('./semver.js')).semverBuiltins,
  },
  {
    names: ['sprintf'],
    by: "own code after Go's fmt",
    load: async () => (await import('./sprintf.js')).sprintfBuiltins,
  },
  {
    names: [
      'concat',
      'indexof',
      'indexof_n',
      'replace',
      'strings.any_prefix_match',
      'strings.any_suffix_match',
      'strings.count',
      'strings.split_n',
    ],
    by: 'own code',
    load: async () => (await import('./strings.js')).stringBuiltins,
  },
  {
    names: ['strings.render_template'],
    by: "own code after Go's text/template",
    load: async () => (await import('./template/index.js')).templateBuiltins,
  },
  {
    names: [
      'time.add_date',
      'time.clock',
      'time.date',
      'time.diff',
      'time.format',
      'time.now_ns',
      'time.parse_duration_ns',
      'time.parse_ns',
      'time.parse_rfc3339_ns',
      'time.weekday',
    ],
    by: 'temporal-polyfill',
    load: async () => (await import('./time/index.js')).timeBuiltins,
  },
  {
    names: ['internal.print', 'trace'],
    by: 'own code',
    load: async () => (await import('./tracing.js')).tracingBuiltins,
  },
  {
    names: ['units.parse', 'units.parse_bytes'],
    by: 'own code',
    load: async () => (await import('./units.js')).unitBuiltins,
  },
  {
    names: ['uri.is_valid', 'uri.parse', 'urlquery.decode', 'urlquery.decode_object', 'urlquery.encode', 'urlquery.encode_object'],
    by: "own code after Go's net/url",
    load: async () => (await import('./url/index.js')).urlBuiltins,
  },
  {
    names: ['uuid.parse', 'uuid.rfc4122'],
    by: 'node:crypto',
    load: async () => (await import('./uuid.js')).uuidBuiltins,
  },
  {
    names: ['yaml.is_valid', 'yaml.marshal', 'yaml.unmarshal'],
    by: 'yaml',
    load: async () => (await import('./yaml/index.js')).yamlBuiltins,
  },
];
