import type { BuiltinGroup } from './builtin.js';

/** Built-ins of one file, known by name before the file and its libraries are loaded. */
export interface CatalogEntry {
  readonly names: readonly string[];
  readonly load: () => Promise<BuiltinGroup>;
}

/**
 * Which file has which built-in. Workers load what a policy calls and nothing else: all libraries together take as long to
 * load as ten threads to start. A test holds this list against the groups themselves.
 */
export const CATALOG: readonly CatalogEntry[] = [
  {
    names: ['providers.aws.sign_req'],
    load: async () => (await import('./aws.js')).awsBuiltins,
  },
  {
    names: ['cast_array', 'cast_boolean', 'cast_null', 'cast_object', 'cast_set', 'cast_string'],
    load: async () => (await import('./casts.js')).castBuiltins,
  },
  {
    names: ['net.cidr_contains_matches', 'net.cidr_expand', 'net.cidr_is_valid', 'net.cidr_merge'],
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
    load: async () => (await import('./crypto/index.js')).cryptoBuiltins,
  },
  {
    names: ['base64.decode', 'base64.is_valid', 'base64url.encode_no_pad', 'hex.decode', 'hex.encode'],
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
    load: async () => (await import('./graphql/index.js')).graphqlBuiltins,
  },
  {
    names: ['json.marshal_with_options', 'json.patch', 'json.unmarshal'],
    load: async () => (await import('./json/index.js')).jsonBuiltins,
  },
  {
    names: ['json.match_schema', 'json.verify_schema'],
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
    load: async () => (await import('./jwt/index.js')).jwtBuiltins,
  },
  {
    names: ['format_int', 'numbers.range_step', 'rand.intn'],
    load: async () => (await import('./numbers.js')).numberBuiltins,
  },
  {
    names: ['graph.reachable_paths', 'object.subset'],
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
    load: async () => (await import('./regex/index.js')).regexBuiltins,
  },
  {
    names: ['semver.compare', 'semver.is_valid'],
    load: async () => (await import('./semver.js')).semverBuiltins,
  },
  {
    names: ['sprintf'],
    load: async () => (await import('./sprintf.js')).sprintfBuiltins,
  },
  {
    names: ['indexof_n', 'strings.any_prefix_match', 'strings.any_suffix_match', 'strings.count', 'strings.split_n'],
    load: async () => (await import('./strings.js')).stringBuiltins,
  },
  {
    names: ['strings.render_template'],
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
    load: async () => (await import('./time/index.js')).timeBuiltins,
  },
  {
    names: ['internal.print', 'trace'],
    load: async () => (await import('./tracing.js')).tracingBuiltins,
  },
  {
    names: ['units.parse', 'units.parse_bytes'],
    load: async () => (await import('./units.js')).unitBuiltins,
  },
  {
    names: ['uri.is_valid', 'uri.parse', 'urlquery.decode', 'urlquery.decode_object', 'urlquery.encode', 'urlquery.encode_object'],
    load: async () => (await import('./url/index.js')).urlBuiltins,
  },
  {
    names: ['uuid.parse', 'uuid.rfc4122'],
    load: async () => (await import('./uuid.js')).uuidBuiltins,
  },
  {
    names: ['yaml.is_valid', 'yaml.marshal', 'yaml.unmarshal'],
    load: async () => (await import('./yaml/index.js')).yamlBuiltins,
  },
];

/**
 * Native built-ins that the host answers better: wasm compiles its patterns again for each evaluation, loses digits in
 * `format_int`, and takes base64 and numbers that OPA does not. What the compiler is told to leave to the host.
 */
export const NATIVE_OVERRIDES: readonly string[] = [
  'base64.decode',
  'base64.is_valid',
  'format_int',
  'json.unmarshal',
  're_match',
  'regex.find_all_string_submatch_n',
  'regex.is_valid',
  'regex.match',
];
