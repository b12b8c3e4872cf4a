import { describe, expect, it } from 'vitest';
import { BuiltinError } from '../../../src/builtins/builtin.js';
import { formatTerm } from '../../../src/value/format-term.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import { call } from '../../helpers/builtin-calls.js';

function answer(name: string, ...args: readonly string[]): string | undefined {
  const value = call(name, ...args.map((text) => parseTerm(text)));
  return value === undefined ? undefined : formatTerm(value);
}

describe('json.patch', () => {
  it.each([
    ['{"a": [1, 2]}', '[{"op": "add", "path": "/a/1", "value": 9}]', '{"a":[1,9,2]}'],
    ['{"a": [1, 2]}', '[{"op": "add", "path": "/a/-", "value": 3}]', '{"a":[1,2,3]}'],
    ['{"a": 1}', '[{"op": "move", "from": "/a", "path": "/b"}]', '{"b":1}'],
    ['{"a/b": 1}', '[{"op": "replace", "path": "/a~1b", "value": 2}]', '{"a/b":2}'],
    ['{"a": 1}', '[{"op": "test", "path": "a", "value": 1.0}]', '{"a":1}'],
    ['{"s": {1, 2}}', '[{"op": "add", "path": ["s", 3], "value": 3}]', '{"s":{1,2,3}}'],
    ['{{"k": 1}}', '[{"op": "add", "path": [{"k": 1}, "j"], "value": 2}]', '{{"j":2,"k":1}}'],
    ['{"a": 1}', '[{"op": "replace", "path": "", "value": [1]}]', '[1]'],
  ])('of %s with %s is %s', (document, patch, expected) => {
    expect(answer('json.patch', document, patch)).toBe(expected);
  });

  it('is undefined when the document itself is removed', () => {
    expect(answer('json.patch', '{}', '[{"op": "remove", "path": ""}]')).toBeUndefined();
  });

  it.each([
    ['{}', '[{"op": "add", "path": "/a/b", "value": 1}]', 'path "a" does not exist in object term {}'],
    ['[1]', '[{"op": "add", "path": "/01", "value": 1}]', 'leading zeros are not allowed in JSON paths'],
    ['[1]', '[{"op": "remove", "path": "/3"}]', 'index for array delete out of bounds'],
    ['{}', '[{"op": "nope", "path": "/a"}]', "unrecognized op: 'nope'"],
    ['{}', '[{"path": "/a"}]', "missing required attribute 'op'"],
    ['{"a": 1}', '[{"op": "test", "path": "/a", "value": 2}]', 'value from EditTree != patch value.\n\nExpected: 2\n\nFound: 1'],
  ])('of %s with %s is refused: %s', (document, patch, message) => {
    expect(() => answer('json.patch', document, patch)).toThrow(new BuiltinError(message));
  });
});

describe('json.marshal_with_options', () => {
  it.each([
    ['{"b": {2, 1}, "a": {}}', '{}', '{"a":{},"b":[1,2]}'],
    ['{"a": [1, "{,}"]}', '{"indent": "  "}', '{\n  "a": [\n    1,\n    "{,}"\n  ]\n}'],
    ['[1]', '{"prefix": "# ", "indent": "-"}', '# [\n# -1\n# ]'],
    ['[1]', '{"pretty": false, "indent": " "}', '[1]'],
  ])('of %s with %s', (value, options, expected) => {
    expect(call('json.marshal_with_options', parseTerm(value), parseTerm(options))).toBe(expected);
  });
});

describe('json.unmarshal', () => {
  it('keeps numbers exact, up to the exponent that OPA takes', () => {
    expect(answer('json.unmarshal', '"[1.0, 123456789012345678901]"')).toBe('[1.0,123456789012345678901]');
    expect(() => answer('json.unmarshal', '"1e40000"')).toThrow(BuiltinError);
  });
});

describe('JSON schemas', () => {
  const schema = '{"properties": {"id": {"type": "integer", "minimum": 3}}, "required": ["id", "name"]}';

  it('match_schema tells each mismatch as OPA does', () => {
    expect(answer('json.match_schema', '{"id": 2}', schema)).toBe(
      formatTerm(
        parseTerm(`[false, [
          {"desc": "name is required", "error": "(Root): name is required", "field": "(Root)", "type": "required"},
          {"desc": "Must be greater than or equal to 3", "error": "id: Must be greater than or equal to 3", "field": "id", "type": "number_gte"}
        ]]`),
      ),
    );
    expect(answer('json.match_schema', '{"id": 3, "name": ""}', schema)).toBe('[true,[]]');
  });

  it('verify_schema tells what is wrong with a schema', () => {
    expect(answer('json.verify_schema', schema)).toBe('[true,null]');
    expect(answer('json.verify_schema', '{"minLength": -1}')).toBe('[false,"jsonschema: minLength must be greater than or equal to 0"]');
  });

  it('ends on a schema that refers to nothing but itself, and never goes to the network', () => {
    expect(() => answer('json.match_schema', '{}', '{"$ref": "#"}')).toThrow(expect.objectContaining({ code: 'value_too_deep' }));
    expect(() => answer('json.match_schema', '{}', '{"$ref": "http://schemas.example/x.json"}')).toThrow(BuiltinError);
  });
});

describe('YAML', () => {
  it.each([
    ['a: yes\nb: 017\nc: 1_000\nd: 2020-01-01', '{"a":"yes","b":15,"c":1000,"d":"2020-01-01"}'],
    ['a: 1\na: 2', '{"a":2}'],
    ['base: &b {x: 1, y: 1}\nc:\n  <<: *b\n  y: 2', '{"base":{"x":1,"y":1},"c":{"x":1,"y":2}}'],
    ['1: a\n1.5: b\ntrue: c', '{"1":"a","1.5":"b","true":"c"}'],
    ['a: 1\n---\nb: 2', '{"a":1}'],
    ['', 'null'],
    ['a: |\n  x\n  y\n', '{"a":"x\\ny\\n"}'],
    ['a: 18446744073709551615', '{"a":18446744073709551615}'],
  ])('unmarshal(%j) is %s', (text, expected) => {
    expect(formatTerm(call('yaml.unmarshal', text) ?? null)).toBe(expected);
  });

  it.each(['a: b: c', 'a: [1', '*x', '\ta: 1', 'a: .nan', '? [a]\n: b', 'a: \u0001', '&a [*a]', 'a: 1\n---\n['])(
    'unmarshal(%j) is refused, and is_valid says so',
    (text) => {
      expect(() => call('yaml.unmarshal', text)).toThrow(BuiltinError);
      expect(call('yaml.is_valid', text)).toBe(false);
    },
  );

  it('bounds what aliases and nesting unfold to', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((name, at) => `${name}: &${name} [${`*${'abcdefgh'.charAt(at)},`.repeat(9)}]`),
    ].join('\n');
    expect(() => call('yaml.unmarshal', bomb)).toThrow(new BuiltinError('yaml: document contains excessive aliasing'));
    expect(() => call('yaml.unmarshal', '['.repeat(50_000))).toThrow(BuiltinError);
  });

  it('marshal writes what go-yaml writes', () => {
    const value = parseTerm('{"list": [[1], {"k": []}], "text": "l1\\nl2\\n", "no": "yes", "k10": 1, "k9": "a: b", "n": 1.0, "z": null}');
    expect(call('yaml.marshal', value)).toBe(
      ["k9: 'a: b'", 'k10: 1', 'list:', '  - - 1', '  - k: []', '"n": 1', '"no": "yes"', 'text: |', '  l1', '  l2', 'z: null', ''].join(
        '\n',
      ),
    );
  });
});
