import fc from 'fast-check';
import { numberFromText } from '../../../src/value/number.js';
import { RegoObject, RegoSet } from '../../../src/value/value.js';
import type { RegoValue } from '../../../src/value/value.js';
import { anyNumberText, anyValue } from '../../unit/value/arbitrary.js';

/** Arguments of one call. */
export type Arguments = fc.Arbitrary<readonly RegoValue[]>;

const number = anyNumberText.map(numberFromText);
const word = fc.oneof(
  fc.constantFrom('', 'a', 'ab', 'abc', 'ba', 'é', '😀', 'a😀b', ' ', '-'),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const letters = fc.stringMatching(/^[ab]{0,6}$/);

function list(item: fc.Arbitrary<RegoValue>): fc.Arbitrary<RegoValue> {
  return fc.oneof(
    item,
    fc.array(item, { maxLength: 4 }),
    fc.array(item, { maxLength: 4 }).map((members) => RegoSet.of(members)),
  );
}

// -- sprintf: flags, width, precision, index and verb put together at random

const directive = fc
  .tuple(
    fc.stringMatching(/^[-+# 0]{0,3}$/),
    fc.constantFrom('', '', '', '[1]', '[2]', '[9]', '[x]'),
    fc.constantFrom('', '', '5', '12', '*'),
    fc.constantFrom('', '', '.', '.0', '.3', '.*', '.10'),
    fc.constantFrom(...Array.from('vdsqxXeEfFgGtUcboOT%zé!'), ''),
  )
  .map((parts) => `%${parts.join('')}`);
const format = fc
  .array(fc.oneof({ weight: 3, arbitrary: directive }, { weight: 1, arbitrary: word }), { maxLength: 4 })
  .map((parts) => parts.join(''));
const printed = fc.oneof(number, word, fc.integer({ min: -20, max: 120 }), anyValue);

// -- units

const unit = fc.constantFrom('', 'k', 'K', 'm', 'M', 'Ki', 'mi', 'MI', 'g', 'GiB', 'kb', 'T', 'ti', 'E', 'e', 'EB', 'x', '²', ' K', '"K"');
const amount = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map(String),
  fc.constantFrom('', '.5', '5.', '1e3', '1e+2', '1E-4', '-0.25', '+7', '1e', '1e1000000', '1.1.1', '12345678901234567890.5', '--1', '0x1'),
);

// -- regular expressions and globs

const pattern = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'a*',
    'a*?',
    '^a|b$',
    '(a)(b)?',
    '(?P<x>a+)(?P<y>b*)',
    '\\bab',
    '[^a]+',
    '(?i)B',
    '.',
    '(?s).',
    '(?m)^.',
    '\\pL',
    '(|a)b',
    'é',
    '(',
    'a{2,1}',
    '[b-a]',
    '\\1',
  ),
  fc
    .array(fc.constantFrom('a', 'b', '.', '(a|b)', '[ab]', 'a?', 'b+', '(?:ab)*', '^', '$', '\\b'), { maxLength: 4 })
    .map((parts) => parts.join('')),
);
const subject = fc.oneof(letters, word, fc.constantFrom('ab\nba', 'aabab b', 'xaby'));
const replacement = fc
  .array(fc.constantFrom('$1', '${1}', '$x', '${y}z', '$$', '$', '${', '$0', '$9', 'q', '$1x'), { maxLength: 3 })
  .map((parts) => parts.join(''));
const limit = fc.oneof(fc.integer({ min: -1, max: 3 }), fc.constantFrom<RegoValue>(1.5, numberFromText('1.0')));
const glob = fc
  .array(fc.constantFrom('a', 'b', '.', '*', '+', '[ab]', '[a-c]', '\\*', '[', ']', '.*', '[^a]', 'é'), { maxLength: 5 })
  .map((parts) => parts.join(''));
const template = fc
  .array(fc.constantFrom('a', '.', '{a|b}', '{[0-9]+}', '{', '}', '{(}', 'b'), { maxLength: 4 })
  .map((parts) => parts.join(''));

// -- templates

const action = fc.constantFrom(
  '{{.a}}',
  '{{ .b.c -}}',
  '{{range $i, $e := .list}}{{$i}}={{$e}},{{else}}none{{end}}',
  '{{if .a}}y{{else if .b}}z{{else}}n{{end}}',
  '{{with .b}}{{.c}}{{end}}',
  '{{printf "%v|%q|%d" .a .a 5}}',
  '{{len .list}}',
  '{{index .list 1}}',
  '{{eq .a "x"}}',
  '{{.a | html | js}}',
  '{{/* note */}}',
  '{{define "t"}}<{{.}}>{{end}}',
  '{{template "t" .a}}',
  '{{$x := .a}}{{$x}}',
  '{{range 2}}{{.}}{{break}}{{end}}',
  '{{and .a .b.c}}{{or .z "d"}}{{not .a}}',
  '{{print 1 2 "a" .a}}',
  '{{.b}}',
  '{{',
  '{{end}}',
  ' text ',
);
const templateData = fc
  .record({
    a: fc.oneof(word, number, fc.boolean(), fc.constant(null)),
    c: anyValue,
    list: fc.array(fc.oneof(number, word), { maxLength: 3 }),
  })
  .map(({ a, c, list: items }) => RegoObject.from({ a, b: RegoObject.from({ c }), list: items }));

const base64 = fc.oneof(
  fc.base64String(),
  word,
  fc.base64String().map((text) => text.replaceAll('=', '')),
  fc.constantFrom('aGk=', 'aGk', 'aG\nk=', 'aGl=', 'a', '=', 'aGk=aGk=', 'a-_='),
);

/** Arguments by built-in; what they are made of is kind enough that most calls have an answer. */
export const TEXT_ARGUMENTS: Readonly<Record<string, Arguments>> = {
  sprintf: fc.tuple(format, fc.array(printed, { maxLength: 3 })),
  'units.parse': fc.tuple(fc.tuple(amount, unit).map((parts) => parts.join(''))),
  'units.parse_bytes': fc.tuple(fc.tuple(amount, unit).map((parts) => parts.join(''))),
  'strings.any_prefix_match': fc.tuple(list(letters), list(letters)),
  'strings.any_suffix_match': fc.tuple(list(letters), list(letters)),
  'strings.count': fc.tuple(subject, letters),
  'strings.split_n': fc.tuple(subject, letters, limit),
  'strings.render_template': fc.tuple(
    fc.array(action, { maxLength: 4 }).map((parts) => parts.join('')),
    templateData,
  ),
  concat: fc.tuple(letters, list(word)),
  indexof: fc.tuple(subject, letters),
  indexof_n: fc.tuple(subject, letters),
  replace: fc.tuple(subject, letters, word),
  // What is a number but no JSON (01, .5) OPA itself cannot print.
  to_number: fc.tuple(fc.oneof(anyNumberText, number, fc.constantFrom<RegoValue>(null, true, 'inf', '+Inf', 'NaN', '0x10', ' 1', '', 'x'))),
  'glob.quote_meta': fc.tuple(fc.oneof(glob, word)),
  'regex.is_valid': fc.tuple(pattern),
  'regex.match': fc.tuple(pattern, subject),
  re_match: fc.tuple(pattern, subject),
  'regex.find_n': fc.tuple(pattern, subject, limit),
  'regex.find_all_string_submatch_n': fc.tuple(pattern, subject, limit),
  'regex.replace': fc.tuple(subject, pattern, replacement),
  'regex.split': fc.tuple(pattern, subject),
  'regex.globs_match': fc.tuple(glob, glob),
  'regex.template_match': fc.tuple(template, subject, fc.constantFrom('{', '<', ''), fc.constantFrom('}', '>', '}}')),
  'hex.encode': fc.tuple(word),
  'hex.decode': fc.tuple(fc.oneof(fc.stringMatching(/^([0-9a-fA-F]{2}){0,6}$/), word)),
  'base64url.encode_no_pad': fc.tuple(word),
  'base64.decode': fc.tuple(base64),
  'base64.is_valid': fc.tuple(base64),
  format_int: fc.tuple(number, fc.constantFrom<RegoValue>(2, 8, 10, 16, 3, numberFromText('10.0'))),
};
