import { describe, expect, it } from 'vitest';
import { BuiltinError } from '../../../src/builtins/builtin.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import { call } from '../../helpers/builtin-calls.js';

const DATA = parseTerm('{"a": "<x>", "n": 5, "list": [1, 2.50, null], "m": {"k": "v"}}');

describe('strings.render_template', () => {
  it.each([
    ['{{.a}} {{.n}} {{.missing}}', '<x> 5 <undefined>'],
    ['{{range $i, $e := .list}}{{if $i}},{{end}}{{$e}}{{end}}', '1,2.50,<undefined>'],
    ['{{with .m}}{{.k}}{{else}}none{{end}}', 'v'],
    ['{{if .missing}}a{{else if eq .a "<x>"}}b{{end}}', 'b'],
    ['a {{- .n -}} b', 'a5b'],
    ['{{/* note */}}x', 'x'],
    ['{{.a | html}} {{printf "%q" .a}}', '&lt;x&gt; "<x>"'],
    ['{{define "t"}}[{{.}}]{{end}}{{template "t" .n}}', '[5]'],
    ['{{$x := .n}}{{range 2}}{{$x}}{{break}}{{end}}', '5'],
    ['{{index .list 1}} {{len .m}} {{(index .m "k")}}', '2.50 1 v'],
    ['{{.m}} {{.list}}', 'map[k:v] [1 2.50 <nil>]'],
  ])('%j is %j', (template, expected) => {
    expect(call('strings.render_template', template, DATA)).toBe(expected);
  });

  it.each([
    '{{',
    '{{nope .a}}',
    '{{$y}}',
    '{{end}}',
    '{{if .a}}',
    '{{.a.b}}',
    '{{template "x"}}',
    '{{lt .n 6}}',
    '{{"a" 1}}',
    '{{call .a}}',
  ])('%j is refused', (template) => {
    expect(() => call('strings.render_template', template, DATA)).toThrow(BuiltinError);
  });

  it.each(['{{define "t"}}{{template "t"}}{{end}}{{template "t"}}', '{{if 1}}'.repeat(1000)])(
    'fails where templates are nested without end, which is not undefined: %.40s',
    (template) => {
      expect(() => call('strings.render_template', template, DATA)).toThrow(expect.objectContaining({ code: 'value_too_deep' }));
    },
  );

  it('fails where the text would be too long', () => {
    const template = '{{range 100}}{{printf "%1000000d" 1}}{{end}}';
    expect(() => call('strings.render_template', template, DATA)).toThrow(expect.objectContaining({ code: 'evaluation_out_of_memory' }));
  });

  it('refuses data that has no JSON text', () => {
    expect(() => call('strings.render_template', '', parseTerm('{"a": {1}}'))).toThrow(BuiltinError);
  });
});
