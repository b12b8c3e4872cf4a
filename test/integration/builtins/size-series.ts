import { generateKeyPairSync } from 'node:crypto';

/** Arguments of one call as JSON: of size `n`, which stands for about as many members or characters as matter most. */
export type Sized = (n: number) => readonly unknown[];

const text: Sized = (n) => ['a'.repeat(n)];
const list = (n: number): string[] => Array.from({ length: n }, (_, index) => `item ${(index * 7919) % n}`);
const record = (n: number): Record<string, string> => Object.fromEntries(list(n).map((key) => [key, 'v']));
const cidrs = (n: number): string[] => Array.from({ length: n }, (_, index) => `10.${(index >> 8) & 255}.${index & 255}.0/24`);
const bad64 = (n: number): string => Buffer.alloc(n, 0xff).toString('base64');
const jsonText = (n: number): string => JSON.stringify(list(n));

/** The longest that the largest list nests. */
const MAX_NESTING = 900;

function nested(n: number, leaf: unknown = 1): unknown {
  let value = leaf;
  for (let depth = 0; depth < Math.min(n, MAX_NESTING); depth++) value = [value, depth];
  return value;
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PRIVATE_PEM = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const JWK = publicKey.export({ format: 'jwk' });
const jwks = (n: number): string => JSON.stringify({ keys: Array.from({ length: Math.min(n, 1000) }, () => JWK) });
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (n: number, alg = 'RS256'): string =>
  `${base64url({ alg })}.${base64url({ text: 'a'.repeat(n) })}.${Buffer.alloc(256, 1).toString('base64url')}`;
const rsaToken: Sized = (n) => [token(n), jwks(n)];
const hmacToken: Sized = (n) => [token(n, 'HS256'), 'a'.repeat(n)];

const certificate = (n: number): string => {
  const body = Buffer.concat(Array.from({ length: n }, () => Buffer.from([0x30, 0x03, 0x02, 0x01, 0x01]))).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
};
const pem = (n: number): string => certificate(2).repeat(Math.ceil(n / 10));

const SCHEMA = 'type Query { a: Query c: Int d(x: Int, y: [Int]): Int }';
const overlapping = (n: number): string => `{${'a{c} '.repeat(n)}}`;
const types = (n: number): string =>
  `type Query { c: Int } ${Array.from({ length: n }, (_, index) => `type T${index} { c: Int }`).join(' ')}`;

const complete = (n: number): Record<string, string[]> => {
  const names = Array.from({ length: Math.min(n, 40) }, (_, index) => `v${index}`);
  return Object.fromEntries(names.map((name) => [name, names.filter((other) => other !== name)]));
};

/** A schema that refers to each of its parts twice: as many ways through it as two to the power of its parts. */
const doubling = (n: number): unknown => {
  const parts = Math.min(n, 60);
  const definition = (index: number): unknown =>
    index === parts ? { type: 'string' } : { allOf: [0, 1].map(() => ({ $ref: `#/definitions/d${index + 1}` })) };
  return {
    definitions: Object.fromEntries(Array.from({ length: parts + 1 }, (_, index) => [`d${index}`, definition(index)])),
    $ref: '#/definitions/d0',
  };
};

const repeatedDoubling = (n: number): unknown[] => Array.from({ length: n }, () => ({ op: 'copy', from: '', path: '/-' }));
const request = { method: 'GET', url: 'https://example.com/' };
const aws = { aws_access_key: 'a', aws_region: 'r', aws_secret_access_key: 's', aws_service: 'x' };

const SERIES: Readonly<Record<string, readonly Sized[]>> = {
  'base64.decode': [(n) => [bad64(n)]],
  'base64.is_valid': [(n) => [bad64(n)]],
  'base64url.encode_no_pad': [text],
  'array.slice': [(n) => [list(n), 0, 1e15]],
  ...Object.fromEntries(['and', 'or', 'xor'].map((kind) => [`bits.${kind}`, [(n: number) => [1e15, n]]])),
  'bits.negate': [() => [1e15]],
  'bits.lsh': [(n) => [1, n * 10]],
  'bits.rsh': [(n) => [1e15, n]],
  cast_array: [(n) => [list(n)]],
  cast_boolean: [() => [true]],
  cast_null: [() => [null]],
  cast_object: [(n) => [record(n)]],
  cast_set: [(n) => [list(n)], (n) => [Array.from({ length: 30 }, () => nested(n))]],
  cast_string: [text],
  concat: [(n) => ['-'.repeat(n), list(n)]],
  'crypto.hmac.equal': [(n) => ['a'.repeat(n), 'a'.repeat(n)]],
  ...Object.fromEntries(
    ['md5', 'sha1', 'sha256', 'sha512'].map((hash) => [`crypto.hmac.${hash}`, [(n: number) => ['a'.repeat(n), 'key']]]),
  ),
  'crypto.md5': [text],
  'crypto.sha1': [text],
  'crypto.sha256': [text],
  'crypto.parse_private_keys': [(n) => [PRIVATE_PEM.repeat(Math.ceil(n / 10))]],
  'crypto.x509.parse_and_verify_certificates': [(n) => [pem(n)]],
  'crypto.x509.parse_and_verify_certificates_with_options': [(n) => [pem(n), { DNSName: `x${'"'.repeat(n)}x` }]],
  'crypto.x509.parse_certificate_request': [text],
  'crypto.x509.parse_certificates': [(n) => [pem(n)], (n) => [certificate(n)]],
  'crypto.x509.parse_keypair': [(n) => [pem(n), PRIVATE_PEM]],
  'crypto.x509.parse_rsa_private_key': [(n) => [PRIVATE_PEM.repeat(Math.ceil(n / 10))]],
  format_int: [(n) => [Number(`1e${Math.min(n, 300)}`), 10]],
  'glob.quote_meta': [(n) => ['*'.repeat(n)]],
  'graph.reachable_paths': [
    (n) => [complete(n), ['v0']],
    (n) => [Object.fromEntries(Array.from({ length: n }, (_, index) => [`v${index}`, [`v${index + 1}`]])), ['v0']],
  ],
  'graphql.is_valid': [(n) => [overlapping(n), SCHEMA], (n) => [`{${'x'.repeat(n)}}`, `type Query { ${'x'.repeat(n)}y: Int }`]],
  'graphql.parse': [(n) => [overlapping(n), SCHEMA]],
  'graphql.parse_and_verify': [(n) => [overlapping(n), SCHEMA]],
  'graphql.parse_query': [(n) => [overlapping(n)], (n) => [`${'#c\n'.repeat(n)}{c}`]],
  'graphql.parse_schema': [(n) => [types(n)]],
  'graphql.schema_is_valid': [
    (n) => [types(n)],
    (n) => [`type Query { ${Array.from({ length: n }, (_, index) => `f${index}: Int`).join(' ')} }`],
  ],
  'hex.decode': [(n) => ['ff'.repeat(n)]],
  'hex.encode': [text],
  indexof: [(n) => ['a'.repeat(n), 'b']],
  indexof_n: [(n) => ['a'.repeat(n), 'a'.repeat(Math.ceil(n / 2))]],
  'internal.print': [(n) => [[list(n), list(n), list(n)]]],
  'io.jwt.decode': [
    (n) => [token(n)],
    (n) => [`${base64url({ alg: 'none', cty: 'JWT' })}.${Buffer.from(`x${'"'.repeat(n)}x`).toString('base64url')}.`],
  ],
  'io.jwt.decode_verify': [(n) => [token(n), { cert: jwks(n) }]],
  'io.jwt.encode_sign': [(n) => [{ alg: 'HS256' }, record(n), { kty: 'oct', k: 'AAAA' }]],
  'io.jwt.encode_sign_raw': [(n) => ['{"alg":"RS256"}', jsonText(n), JSON.stringify(privateKey.export({ format: 'jwk' }))]],
  ...Object.fromEntries(
    ['rs', 'ps', 'es'].flatMap((family) => [256, 384, 512].map((bits) => [`io.jwt.verify_${family}${bits}`, [rsaToken]])),
  ),
  'io.jwt.verify_eddsa': [rsaToken],
  ...Object.fromEntries([256, 384, 512].map((bits) => [`io.jwt.verify_hs${bits}`, [hmacToken]])),
  'json.is_valid': [(n) => [jsonText(n)]],
  'json.marshal': [(n) => [record(n)]],
  'json.marshal_with_options': [(n) => [nested(n), { indent: ' '.repeat(n) }]],
  'json.match_schema': [
    (n) => ['"x"', doubling(n)],
    (n) => [list(n), { items: { enum: list(n).map((name) => `not ${name}`) } }],
    (n) => [record(n), { patternProperties: Object.fromEntries(list(200).map((name) => [`^${name}$`, {}])) }],
    (n) => [JSON.stringify(`/${'{'.repeat(n)}}`), { format: 'uri-template' }],
    () => ['1e999999', { multipleOf: 3 }],
  ],
  'json.patch': [
    (n) => [list(n), Array.from({ length: n }, () => ({ op: 'add', path: '/0', value: 1 }))],
    (n) => [[1], repeatedDoubling(n)],
  ],
  'json.unmarshal': [(n) => [jsonText(n)], (n) => [`[${'1e5,'.repeat(n)}1]`]],
  'json.verify_schema': [(n) => [doubling(n)], (n) => [{ pattern: '(x{1000})'.repeat(n) }], (n) => [{ required: list(n) }]],
  'net.cidr_contains_matches': [(n) => [cidrs(n), cidrs(n)]],
  'net.cidr_expand': [(n) => [`10.0.0.0/${Math.max(12, 32 - Math.ceil(Math.log2(n)))}`]],
  'net.cidr_is_valid': [text],
  'net.cidr_merge': [
    (n) => [cidrs(n)],
    (n) => [Array.from({ length: n }, (_, index) => `2001:db8:${(index % 60_000).toString(16)}::1/65`)],
  ],
  'numbers.range_step': [(n) => [0, n * n, 1]],
  'object.subset': [
    (n) => [
      [...Array.from({ length: n }, () => 'a'), 'b'],
      [...Array.from({ length: Math.ceil(n / 2) }, () => 'a'), 'c'],
    ],
    (n) => [{ a: nested(n) }, { a: nested(n, 2) }],
  ],
  'providers.aws.sign_req': [
    (n) => [{ ...request, body: list(n), headers: record(n) }, aws, 1],
    (n) => [{ ...request, url: `https://e.com/${'%41'.repeat(n)}` }, aws, 1],
  ],
  'rand.intn': [(n) => ['a'.repeat(n), 10]],
  re_match: [(n) => ['(x+x+)+y', 'x'.repeat(n)]],
  'regex.find_all_string_submatch_n': [(n) => ['(\\w{0,200})*?[xyz](\\w{0,200})z$', `${'ax'.repeat(n)} z`, -1]],
  'regex.find_n': [(n) => ['(a?){30}(a?){30}$', 'a'.repeat(n), -1]],
  'regex.globs_match': [(n) => ['[a-z]*b*'.repeat(n), '[a-y]*c*'.repeat(n)], (n) => ['[\\u0100-\\u9fff]+'.repeat(n), 'x']],
  'regex.is_valid': [(n) => ['(x{1000})'.repeat(n)], (n) => [list(n).join('|')], (n) => ['\\pL'.repeat(n)]],
  'regex.match': [(n) => ['(?:[ab]*a[ab]{12})[cd]', `${'ab'.repeat(n)}ec`], (n) => [`(a|b)${'(a|b)'.repeat(n)}`, 'ab']],
  'regex.replace': [(n) => ['a'.repeat(n), '(a)', '$1'.repeat(n)]],
  'regex.split': [(n) => ['a', 'a'.repeat(n)]],
  'regex.template_match': [(n) => [`${'{.*}'.repeat(n)}x`, 'a'.repeat(n), '{', '}']],
  replace: [(n) => ['a'.repeat(n), '', 'b'.repeat(n)]],
  'semver.compare': [(n) => [`1.0.0-${'9'.repeat(n)}`, `1.0.0-${'8'.repeat(n)}`]],
  'semver.is_valid': [(n) => [`1.0.0-${'9'.repeat(n)}`]],
  sprintf: [(n) => ['%[1]q'.repeat(n), ['a'.repeat(n)]], (n) => ['%1000000d'.repeat(n), [1]], (n) => ['%v', [nested(n)]]],
  'strings.any_prefix_match': [(n) => [list(n), list(n).map((item) => `${item}x`)]],
  'strings.any_suffix_match': [(n) => [list(n), list(n).map((item) => `${item}x`)]],
  'strings.count': [(n) => ['a'.repeat(n), '']],
  'strings.render_template': [
    (n) => ['{{range .l}}{{range $.l}}{{range $.l}}{{.}}{{end}}{{end}}{{end}}', { l: list(n) }],
    (n) => ['{{range 1000000000}}{{end}}', { n }],
    (n) => [`{{$a := 1}}${' '.repeat(n)}x${'{{ $a }}'.repeat(n)}`, {}],
    (n) => [Array.from({ length: n }, (_, index) => `{{$a${index} := 1}}{{$a${index}}}`).join(''), {}],
  ],
  'strings.split_n': [(n) => ['a'.repeat(n), '', -1]],
  substring: [(n) => ['a'.repeat(n), 1, 1e15]],
  'time.add_date': [() => [0, 1, 1, 1]],
  'time.clock': [() => [[0, 'Europe/Berlin']]],
  'time.date': [() => [[0, 'Europe/Berlin']]],
  'time.diff': [() => [0, [1, 'Europe/Berlin']]],
  'time.format': [(n) => [[0, 'Europe/Berlin', 'Monday MST '.repeat(n)]]],
  'time.now_ns': [() => []],
  'time.parse_duration_ns': [(n) => ['1h'.repeat(n)], (n) => [`${'1'.repeat(n)}d`]],
  'time.parse_ns': [(n) => ['2006 '.repeat(n), '2006 '.repeat(n)], (n) => ['x'.repeat(n), 'x'.repeat(n)]],
  'time.parse_rfc3339_ns': [text],
  'time.weekday': [() => [0]],
  to_number: [(n) => [`${'0'.repeat(n)}x`]],
  trace: [text],
  'units.parse': [(n) => [`${'9'.repeat(n)}K`], () => ['1e999999']],
  'units.parse_bytes': [(n) => [`${'9'.repeat(n)}kb`]],
  'uri.is_valid': [(n) => [`https://e.com/${'%41'.repeat(n)}`]],
  'uri.parse': [(n) => [`https://e.com/${'%41'.repeat(n)}`]],
  'urlquery.decode': [(n) => ['%ff'.repeat(n)]],
  'urlquery.decode_object': [(n) => ['a=b&'.repeat(n)]],
  'urlquery.encode': [(n) => ['é'.repeat(n)]],
  'urlquery.encode_object': [(n) => [{ ['k'.repeat(n)]: list(n) }]],
  'uuid.parse': [text],
  'uuid.rfc4122': [text],
  'yaml.is_valid': [(n) => [`- &a x\n${'- *a\n'.repeat(n)}`]],
  'yaml.marshal': [
    (n) => [nested(n, list(n))],
    (n) => [Object.fromEntries(Array.from({ length: 20 }, (_, index) => ['9'.repeat(n) + String(index), 1]))],
  ],
  'yaml.unmarshal': [(n) => ['- a: {b: c}\n'.repeat(n)], (n) => [`[${',,'.repeat(n)}]`], (n) => ['['.repeat(n)]],
};

/** For every hosted built-in that needs no network, at least one way to make it work hard. */
export function sizeSeries(): Readonly<Record<string, readonly Sized[]>> {
  return SERIES;
}
