import fc from 'fast-check';
import { numberFromText } from '../../../src/value/number.js';
import { RegoObject, RegoSet } from '../../../src/value/value.js';
import type { RegoValue } from '../../../src/value/value.js';
import { anyNumberText, anyValue } from '../../unit/value/arbitrary.js';
import type { Arguments } from './text-arguments.js';

const number = anyNumberText.map(numberFromText);
const key = fc.constantFrom('a', 'b', 'c', '0', '1');

/** Values from a small vocabulary, so that paths, members and equal parts are found. */
const small: fc.Arbitrary<RegoValue> = fc.letrec<{ value: RegoValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<RegoValue>(null, true, 0, 1, 2, 'a', 'b', numberFromText('1.0')),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 3 }).map((members) => RegoSet.of(members)),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map((entries) => RegoObject.of(entries)),
  ),
})).value;

// -- json.patch. OPA panics where the document itself is removed or replaced and edited again, and where operations move elements
// of both kinds in one array: so no patch names the document, and no patch inserts twice.

const segment: fc.Arbitrary<string | number> = fc.oneof(key, fc.constantFrom('-', '01', 0, 1));
const path = fc.array(segment, { minLength: 1, maxLength: 3 });
const pointer = path.map((segments) => `/${segments.join('/')}`);
const place: fc.Arbitrary<RegoValue> = fc.oneof(pointer, path);
const editing = fc.tuple(fc.constantFrom('add', 'replace', 'copy', 'move', 'nope'), place, place, small);
const reading = fc.tuple(fc.constantFrom('test', 'remove'), place, place, small);
const patch = fc
  .tuple(fc.array(reading, { maxLength: 1 }), editing)
  .map(([before, edit]) => [...before, edit].map(([op, where, from, value]) => RegoObject.from({ op, path: where, from, value })));

const options = fc
  .record({ indent: fc.constantFrom('', ' ', '\t', '--'), prefix: fc.constantFrom('', '> '), pretty: fc.boolean() }, { requiredKeys: [] })
  .map((record) => RegoObject.from(record));

// -- graphs

const vertex = fc.constantFrom('a', 'b', 'c', 'd');
const edges = fc.array(vertex, { maxLength: 3 });
const graph = fc.dictionary(vertex, edges).map((record) => RegoObject.from(record));

// -- networks

const octet = fc.constantFrom(0, 1, 2, 127, 128, 255);
const ipv4 = fc.tuple(fc.constantFrom(10, 192, 224, 1), octet, octet, octet).map((parts) => parts.join('.'));
const group = fc.constantFrom('0', '1', 'ff', 'db8', 'ffff');
const ipv6 = fc.oneof(
  fc.tuple(group, group).map(([a, b]) => `2001:${a}::${b}`),
  fc.constantFrom('2001:db8:0:0:1:0:0:1', 'fe80::1', 'FE80::A', 'fe80::1%eth0', '2001::1.2.3.4'),
);
const network = fc.oneof(
  fc.tuple(ipv4, fc.integer({ min: 20, max: 33 })).map((parts) => parts.join('/')),
  fc.tuple(ipv6, fc.integer({ min: 115, max: 129 })).map((parts) => parts.join('/')),
  fc.constantFrom('10.0.0.0/08', '1.2.3.04/24', '10.0.0.0/', '/8', 'x', '', '1.2.3.4/-1'),
);
const smallNetwork = fc.oneof(
  fc.tuple(ipv4, fc.integer({ min: 28, max: 33 })).map((parts) => parts.join('/')),
  fc.tuple(ipv6, fc.integer({ min: 124, max: 129 })).map((parts) => parts.join('/')),
);
const address = fc.oneof(ipv4, ipv6, network);
const addresses: fc.Arbitrary<RegoValue> = fc.oneof(
  address,
  fc.array(address, { maxLength: 3 }),
  fc.array(address, { maxLength: 3 }).map((members) => RegoSet.of(members)),
  fc
    .array(fc.tuple(key, fc.oneof<[fc.Arbitrary<RegoValue>, fc.Arbitrary<RegoValue>]>(address, fc.tuple(address, key))), { maxLength: 3 })
    .map((entries) => RegoObject.of(entries)),
);

// -- URLs

const url = fc
  .tuple(
    fc.constantFrom('', 'http:', 'HTTPS:', 'mailto:', 'pg:', '1x:', ':'),
    fc.constantFrom('', '//', '///', '//u:p@', '//u^@'),
    fc.constantFrom('', 'a.b', 'a.b:80', '[::1]:8', '[::1', 'a:1:2', 'é', 'a%41', 'a b', '[1.2.3.4]', '[fe80::1%25en0]'),
    fc.constantFrom('', '/', '/p/q', '/a%20b', '/a%2fb', '/%zz', '/é', '/a b', '/a:b', 'x'),
    fc.constantFrom('', '?', '?a=1&b=2', '?x?y', '#f', '#a%20b', '?q#f', '#%', '\u0001'),
  )
  .map((parts) => parts.join(''));
const query = fc
  .array(fc.constantFrom('a=1', 'b', '=c', 'a=', 'é=ü', 'a%20b=c+d', 'a=%FF', '%zz', 'a;b', ''), { maxLength: 4 })
  .map((parts) => parts.join('&'));
const queryObject = fc
  .array(
    fc.tuple(
      fc.oneof<[fc.Arbitrary<RegoValue>, fc.Arbitrary<RegoValue>]>(key, number),
      fc.oneof(
        key,
        fc.array(key, { maxLength: 2 }),
        fc.array(key).map((members) => RegoSet.of(members)),
        small,
      ),
    ),
    {
      maxLength: 3,
    },
  )
  .map((entries) => RegoObject.of(entries));

// -- versions. OPA never ends on two numeric pre-release identifiers beyond int64, so there are none.

const version = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('1.0.0', 'v1.2.3', '01.0.0', '1.0', '9223372036854775808.0.0', '1.10.0'),
      fc.constantFrom('', '-alpha', '-alpha.1', '-1', '-rc.10', '-rc.9', '-01', '-', '-a..b'),
      fc.constantFrom('', '+b', '+b.1', '+'),
    )
    .map((parts) => parts.join('')),
  fc.string({ maxLength: 6 }),
);

const uuid = fc.oneof(
  fc.uuid(),
  fc.uuid().map((text) => `urn:uuid:${text}`),
  fc.uuid().map((text) => `{${text}}`),
  fc.uuid().map((text) => text.replaceAll('-', '').toUpperCase()),
  fc.string({ maxLength: 40 }),
);

// -- YAML

const scalar = fc.constantFrom(
  'a',
  'yes',
  'true',
  '~',
  '1',
  '0x1F',
  '017',
  '0o17',
  '1_000',
  '1.50',
  '1e3',
  '.5',
  '-0',
  '2020-01-01',
  '12:30',
  '"q\\n"',
  "'it''s'",
  '[1, b]',
  '{k: v}',
  '!!str 1',
  '!!int "5"',
  '!!int x',
  '*x',
  '&x q',
  '|\n    l1\n    l2\n',
  '99999999999999999999',
  '@',
  '',
  '<<',
);
const yaml = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'a', '1', '1.5', 'true', '"a"', '<<', '- '), scalar), { maxLength: 4 })
  .map((lines) => lines.map(([name, value]) => (name === '- ' ? `- ${value}` : `${name}: ${value}`)).join('\n'));
const yamlText = fc.constantFrom(
  '',
  'a',
  'yes',
  'null',
  '1',
  '017',
  'a: b',
  '#x',
  'a #b',
  '- a',
  ' a',
  'a ',
  'a\tb',
  'a\nb',
  'a\n',
  '\n',
  'a\n\n',
  ' a\nb',
  'a \nb',
  'é',
  '😀',
  '\u0001',
  "it's",
  '"',
  '[',
  '---',
  '1:30',
  'k'.repeat(130),
  '2020-01-01',
  '.inf',
  '0b1',
);
const yamlValue: fc.Arbitrary<RegoValue> = fc.letrec<{ value: RegoValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    yamlText,
    number,
    fc.constantFrom(null, true, false),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.oneof(yamlText, fc.stringMatching(/^[a-b_0-9]{1,3}$/)), tie('value')), { maxLength: 3 })
      .map((entries) => RegoObject.of(entries)),
  ),
})).value;

// -- JSON Schema: few keywords at a time, so that the order of several mismatches does not matter

const schema = fc.constantFrom(
  ...[
    '{"type":"object"}',
    '{"type":["string","integer"]}',
    '{"type":"nope"}',
    '{"items":{"type":"number"}}',
    '{"minimum":1,"maximum":1.5}',
    '{"exclusiveMinimum":1}',
    '{"required":["a"]}',
    '{"properties":{"a":{"type":"string"}}}',
    '{"additionalProperties":false,"properties":{"a":{},"b":{},"c":{}}}',
    '{"anyOf":[{"type":"null"},{"minItems":2}]}',
    '{"oneOf":[{"type":"array"},{"maxItems":1}]}',
    '{"allOf":[{"not":{"type":"array"}}]}',
    '{"enum":[1,"a",[],{"a":1}]}',
    '{"const":1.0}',
    '{"uniqueItems":true}',
    '{"contains":{"const":1}}',
    '{"if":{"type":"array"},"then":{"maxItems":0},"else":{"type":"object"}}',
    '{"$ref":"#/definitions/x","definitions":{"x":{"minItems":1}}}',
    '{"$ref":"#/nope"}',
    '{"minItems":-1}',
    '{"pattern":"("}',
    '[]',
  ].flatMap((text): RegoValue[] => [text]),
);
const document: fc.Arbitrary<RegoValue> = fc.oneof(small, small, fc.constantFrom('{"a":1}', '[1,2]', '1', '{', '"x"'));

const json = fc.oneof(
  fc.json(),
  anyNumberText,
  fc.constantFrom(
    '',
    '{"a":1,"a":2}',
    '[1,]',
    '"\\ud800"',
    '1e40000',
    '[1e-40000]',
    '0e99999999',
    '01',
    'nul',
    '1 2',
    '"\t"',
    '1.',
    '{1:2}',
    ' [ ] ',
  ),
);

/** Arguments by built-in; most calls have an answer. */
// -- integers in every notation, small enough to shift by

const whole = fc.oneof(number, fc.constantFrom('0', '1', '2', '3', '-1', '1.0', '1e2', '64').map(numberFromText));
const twoNumbers = fc.tuple(number, whole);

export const DATA_ARGUMENTS: Readonly<Record<string, Arguments>> = {
  'array.slice': fc.tuple(fc.array(small, { maxLength: 4 }), whole, whole),
  'bits.and': twoNumbers,
  'bits.negate': fc.tuple(number),
  'bits.or': twoNumbers,
  'bits.rsh': fc.tuple(whole, whole),
  'bits.xor': twoNumbers,
  substring: fc.tuple(fc.string({ unit: 'grapheme', maxLength: 6 }), whole, whole),
  'object.subset': fc.tuple(small, small),
  'graph.reachable_paths': fc.tuple(graph, edges),
  'json.patch': fc.tuple(small, patch),
  'json.marshal_with_options': fc.tuple(anyValue, options),
  'json.match_schema': fc.tuple(document, schema),
  'json.verify_schema': fc.tuple(schema),
  'json.is_valid': fc.tuple(json),
  'json.marshal': fc.tuple(anyValue),
  'json.unmarshal': fc.tuple(json),
  'numbers.range_step': fc.tuple(
    fc.integer({ min: -20, max: 20 }),
    fc.integer({ min: -20, max: 20 }),
    fc.oneof(fc.integer({ min: -1, max: 5 }), fc.constantFrom<RegoValue>(1.5, numberFromText('1e1'))),
  ),
  'net.cidr_contains_matches': fc.tuple(addresses, addresses),
  'net.cidr_expand': fc.tuple(smallNetwork),
  'net.cidr_is_valid': fc.tuple(fc.oneof(address, small)),
  'net.cidr_merge': fc.tuple(fc.array(address, { maxLength: 4 })),
  'uri.parse': fc.tuple(url),
  'uri.is_valid': fc.tuple(url),
  'urlquery.encode': fc.tuple(fc.oneof(url, fc.string({ unit: 'grapheme' }))),
  'urlquery.decode': fc.tuple(query),
  'urlquery.encode_object': fc.tuple(queryObject),
  'urlquery.decode_object': fc.tuple(query),
  'semver.compare': fc.tuple(version, version),
  'semver.is_valid': fc.tuple(version),
  'uuid.parse': fc.tuple(uuid),
  'yaml.unmarshal': fc.tuple(yaml),
  'yaml.is_valid': fc.tuple(yaml),
  'yaml.marshal': fc.tuple(yamlValue),
  cast_array: fc.tuple(small),
  cast_set: fc.tuple(small),
  cast_string: fc.tuple(small),
  cast_boolean: fc.tuple(small),
  cast_null: fc.tuple(small),
  cast_object: fc.tuple(small),
  trace: fc.tuple(fc.string()),
};
