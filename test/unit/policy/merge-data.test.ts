import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.js';
import { MAX_DATA_DEPTH } from '../../../src/policy/data-file.js';
import { diagnosticsOf } from '../../../src/policy/error-diagnostics.js';
import { splitObject, surveyJson } from '../../../src/policy/json-slices.js';
import { checkDataConflicts, mergeData } from '../../../src/policy/merge-data.js';
import type { MergedData } from '../../../src/policy/merge-data.js';
import type { SourceFile } from '../../../src/policy/source-set.js';

type Files = Readonly<Record<string, string>>;

function sourcesOf(files: Files): SourceFile[] {
  return Object.keys(files)
    .sort()
    .map((path) => ({ path, bytes: new Uint8Array(Buffer.from(files[path] ?? '')) }));
}

function merge(data: Files, overlays: Files = {}): MergedData {
  return mergeData({ data: sourcesOf(data), overlays: sourcesOf(overlays) });
}

function failure(data: Files, overlays: Files = {}): GatewayError {
  try {
    merge(data, overlays);
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown;
    throw thrown;
  }
  throw new Error('Expected a failure');
}

const textOf = ({ data }: MergedData): string => Buffer.from(data).toString();

describe('merging by the bundle rule (results as `opa eval -b` gives them)', () => {
  it.each<[string, Files, string]>([
    ['no file', {}, '{}'],
    ['the folder is the path', { 'a/b/data.json': '{"x":1}' }, '{"a":{"b":{"x":1}}}'],
    [
      'below the root a value may be anything',
      { 'a/data.json': '[1,2]', 'b/data.json': 'null', 'c/data.yaml': '' },
      '{"a":[1,2],"b":null,"c":null}',
    ],
    [
      'objects merge deeply',
      { 'a/data.json': '{"x":{"y":{"z":1}}}', 'a/x/y/data.yaml': 'w: 2', 'a/data.yml': 'v: 3' },
      '{"a":{"x":{"y":{"z":1,"w":2}},"v":3}}',
    ],
    ['the root file merges with deeper ones', { 'data.json': '{"a":{"b":1}}', 'a/data.json': '{"c":2}' }, '{"a":{"c":2,"b":1}}'],
    ['equal empty objects do not conflict', { 'data.json': '{"a":{}}', 'data.yaml': 'a: {}' }, '{"a":{}}'],
    ['of repeated keys the last wins', { 'data.json': '{"a":1,"a":{"b":2}}', 'x/data.json': '1' }, '{"a":{"b":2},"x":1}'],
    ['a dot in a folder name splits nothing', { 'a.b/data.json': '1' }, '{"a.b":1}'],
    [
      '__proto__ is a key like any',
      { '__proto__/data.json': '{"a":1}', 'data.json': '{"constructor":1}' },
      '{"__proto__":{"a":1},"constructor":1}',
    ],
    [
      'escapes and braces inside strings',
      { 'data.json': '{"q\\"}":"}{[\\\\", "\\u00e9": "\\u00e9"}', 'x/data.json': '1' },
      '{"q\\"}":"}{[\\\\","é":"\\u00e9","x":1}',
    ],
    ['a byte-order mark is skipped', { 'data.json': '\uFEFF{"a":1}', 'b/data.yaml': '\uFEFFx: 1' }, '{"b":{"x":1},"a":1}'],
  ])('%s', (_name, files, expected) => {
    const merged = merge(files);
    expect(textOf(merged)).toBe(expected);
    expect(merged.document).toEqual(JSON.parse(expected));
  });

  it('keeps every digit of every number', () => {
    const numbers = '{"i":123456789012345678901234567890,"d":1.0,"e":1e3,"f":0.1000,"n":-0}';
    expect(textOf(merge({ 'data.json': numbers, 'x/data.json': '1.50' }))).toBe(`${numbers.slice(0, -1)},"x":1.50}`);
  });

  it('passes the bytes of a single root file through untouched', () => {
    const [file] = sourcesOf({ 'data.json': ' {"a" : 1.0 }\n' });
    expect(mergeData({ data: file === undefined ? [] : [file], overlays: [] }).data).toBe(file?.bytes);
  });

  it.each<[string, Files, string, string]>([
    ['a value set twice', { 'data.json': '{"a":{"b":1}}', 'a/data.json': '{"b":1}' }, 'data.json', 'data.a.b'],
    ['a value where a folder is', { 'data.json': '{"a":1}', 'a/data.json': '{"b":1}' }, 'data.json', 'data.a'],
    ['a folder below a value', { 'a/data.json': '1', 'a/b/data.json': '2' }, 'a/data.json', 'data.a'],
    ['JSON and YAML side by side', { 'data.json': '{"a":1}', 'data.yaml': 'a: 1' }, 'data.yaml', 'data.a'],
    ['an array and an array', { 'data.json': '{"a":[]}', 'data.yml': 'a: []' }, 'data.yml', 'data.a'],
  ])('refuses %s', (_name, files, file, path) => {
    const error = failure(files);
    expect(error).toMatchObject({ code: 'policy_data_conflict', details: { file, path } });
    const [found] = diagnosticsOf(error);
    expect(found).toMatchObject({ file, path, row: 1, code: 'policy_data_conflict' });
    // Once, not twice; and with the place of the other one.
    expect(error.message).toMatch(new RegExp(`^${file}:1:\\d+: ${path} is already set by \\S+$`, 'u'));
    expect(found?.message).toMatch(/^data\.a/u);
  });
});

describe('overlays', () => {
  it('replace top-level keys whole, in the order of names, over files at any depth', () => {
    const data = { 'data.json': '{"keep":1,"firewall":{"a":1,"b":2}}', 'sandbox/data.json': '{"x":1}' };
    const overlays = { 'data-a.json': '{"firewall":{"a":3},"sandbox":1}', 'data-b.json': '{"sandbox":2.0}' };
    expect(textOf(merge(data, overlays))).toBe('{"keep":1,"firewall":{"a":3},"sandbox":2.0}');
  });

  it.each([
    ['{"a":', 'data-x.json:1:6: Expected a JSON value, got the end of the file'],
    ['[]', 'data-x.json:1:1: Expected an object at the root, got an array'],
    ['null', 'data-x.json:1:1: Expected an object at the root, got null'],
  ])('%s rejects instead of vanishing', (text, message) => {
    expect(failure({ 'data.json': '{}' }, { 'data-x.json': text })).toMatchObject({ code: 'policy_data_invalid', message });
  });
});

describe('files that are no data', () => {
  it.each<[string, string, number | undefined, number | undefined]>([
    ['data.json', 'null', 1, 1],
    ['data.json', '[1]', 1, 1],
    ['data.json', '"x"', 1, 1],
    ['data.json', '', 1, 1],
    ['data.json', '{"a":1} x', 1, 9],
    ['data.json', '{\n  "a": 1,\n}', 3, 1],
    ['data.json', '{\n  "é": tru\n}', 2, 8],
    ['data.json', '{"a": 01}', 1, 8],
    ['data.json', "{'a': 1}", 1, 2],
    ['data.json', '{"a": "x\ny"}', 1, 9],
    ['data.json', '{"a": "\\x"}', 1, 8],
    ['data.json', '{"a" 1}', 1, 6],
    ['data.json', '{"a": [1 2]}', 1, 10],
    ['data.json', '{"a": NaN}', 1, 7],
    ['data.yaml', '- 1', 1, 1],
    ['data.yaml', '', 1, 1],
    ['data.yaml', 'a: [1, 2\n', 2, 1],
    ['data.yaml', 'x: 1\na: .inf\n', 2, 4],
    ['data.yaml', 'a: 1\n---\nb: [\n', 4, 1],
    ['data.yaml', 'a: 1\n---\nb: 2', 2, 1],
    ['data.yaml', 'a: 1\n---\n', 2, 1],
    ['data.yaml', 'a: 1\n...\nb: 2', 3, 1],
    ['data.yaml', 'a: 1\nb: 2\na: 3', 3, 1],
    ['data.yaml', 'a: {x: 1, "x": 2}', 1, 11],
    ['data.yaml', '1: a\n"1": b', 2, 1],
    ['data.yaml', 'a: !include secrets.yaml', 1, 13],
    ['data.yaml', 'a: !env {b: 1}', 1, 9],
    ['data.yaml', 'a: !!set {b}', 1, 10],
    ['data.yaml', 'a: 1e999999999', 1, 4],
    ['data.yaml', 'a: -1e400', 1, 4],
    ['data.yaml', 'a: !!float 1e400', 1, 12],
    ['data.yaml', 'a: *none', 1, 4],
    ['data.yaml', 'a: &x [*x]', 1, 8],
    ['data.yaml', '~: 1', 1, 1],
    ['data.yaml', 'a: {<<: 5}', 1, 4],
    ['data.yaml', 'a: \u0007', undefined, undefined],
  ])('%s %j', (name, text, row, col) => {
    const error = failure({ [name]: text });
    expect(error.code).toBe('policy_data_invalid');
    const line = row === undefined ? undefined : text.split('\n')[row - 1];
    expect(error.details).toMatchObject({ file: name, ...(row === undefined ? {} : { row, col }), ...(line ? { line } : {}) });
  });

  it.each<[string, string, string, string]>([
    ['data.json', '{"a":1,\n "b":{"c d":[0,{"e":1e999999999}]}}', 'data.b.c d.1.e', '2:21'],
    ['x/y/data.json', '[[],{"x":"1e999999999"},-1E-999999999]', 'data.x.y.2', '1:25'],
    ['x/data.json', `{"ok":1e4095,"digits":${'7'.repeat(5000)}}`, 'data.x.digits', '1:23'],
    ['x/data.json', `{"\\"é":0.${'3'.repeat(5000)}}`, 'data.x."é', '1:8'],
  ])('%s: a number that no arithmetic can hold is named by path: %.40s', (file, text, path, at) => {
    const error = failure({ [file]: text });
    expect(error.code).toBe('policy_data_invalid');
    expect(error.message).toContain(`${file}:${at}: ${path}: Expected a number of at most 4096 digits, got`);
    expect(error.message.length).toBeLessThan(200);
    expect(diagnosticsOf(error)).toMatchObject([{ file, path }]);
  });

  it('data is as deep as it may be, and no deeper', () => {
    const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(merge({ 'data.json': nested(MAX_DATA_DEPTH) }).document).toHaveProperty('a');
    for (const text of [nested(MAX_DATA_DEPTH + 1), nested(100_000)])
      expect(failure({ 'data.json': text }).code).toBe('policy_data_invalid');
    for (const depth of [600, 50_000])
      expect(failure({ 'data.yaml': `a: ${'['.repeat(depth)}${']'.repeat(depth)}` }).code).toBe('policy_data_invalid');
  });

  it('aliases that unfold without bound are refused', () => {
    const lines = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`);
    expect(failure({ 'data.yaml': ['a0: &a0 x', ...lines].join('\n') }).message).toContain('aliases unfold');
  });
});

describe('YAML (values as OPA reads them)', () => {
  it.each([
    ['a: 017', 15],
    ['a: 0o17', 15],
    ['a: 0x1F', 31],
    ['a: -0b11', -3],
    ['a: 1_000', 1000],
    ['a: 08', 8],
    ['a: +5', 5],
    ['a: 5.', 5],
    ['a: .5', 0.5],
    ['a: yes', 'yes'],
    ['a: on', 'on'],
    ['a: TRUE', true],
    ['a: 2023-01-01', '2023-01-01'],
    ['a: 1:30', '1:30'],
    ['a: ~', null],
    ['a:', null],
    ['a: "1"', '1'],
    ['a: !!str 1', '1'],
    ['a: !!int "3"', 3],
    ['a: !!binary aGk=', 'hi'],
    ['a: !!map {b: !!seq [1]}', { b: [1] }],
    ['# comment\n---\na: 1\n...\n', 1],
    ['x: &x {b: 1, c: 3}\na: {<<: *x, b: 2}', { b: 2, c: 3 }],
    ['x: &x {b: 1}\ny: &y {b: 2, z: 3}\na: {<<: [*x, *y]}', { b: 1, z: 3 }],
    ['x: &x {b: 1}\ny: &y {b: 2, z: 3}\na:\n  <<: *x\n  <<: *y', { b: 1, z: 3 }],
    ['a: {1: x, true: y, 1.5: z}', { 1: 'x', true: 'y', 1.5: 'z' }],
    ['a: |\n  x\n  y', 'x\ny\n'],
  ])('%j', (text, value) => {
    expect(merge({ 'data.yaml': text }).document['a']).toEqual(value);
  });

  it('keeps integers exact up to 64 bits; wider ones are floats, as in Go', () => {
    expect(textOf(merge({ 'data.yaml': 'a: 18446744073709551615\nb: -9223372036854775808\nc: 18446744073709551616' }))).toBe(
      '{"a":18446744073709551615,"b":-9223372036854775808,"c":18446744073709552000}',
    );
  });

  it('is bounded in size: the parser is slow', () => {
    expect(failure({ 'data.yaml': `a: ${'x'.repeat(2 * 1024 * 1024)}` }).code).toBe('policy_file_too_large');
  });
});

describe('cutting JSON', () => {
  const objects = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' }));

  it('gives the members that JSON.parse gives, at any indentation', () => {
    fc.assert(
      fc.property(objects, fc.constantFrom(undefined, 1, '\t', '\r\n '), (object, indent) => {
        const members = splitObject(Buffer.from(JSON.stringify(object, null, indent)));
        const parsed = [...members].map(([key, json]): [string, unknown] => [key, JSON.parse(Buffer.from(json).toString())]);
        expect(Object.fromEntries(parsed)).toEqual(JSON.parse(JSON.stringify(object)));
      }),
    );
  });

  it('measures the depth that is there', () => {
    const depth = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
    fc.assert(
      fc.property(objects, (object) => {
        expect(surveyJson(Buffer.from(JSON.stringify(object))).depth).toBe(depth(object));
      }),
    );
  });

  it('finds a fault in every text that JSON.parse refuses, and never before what is still right', () => {
    const spoiled = fc.tuple(objects, fc.nat(), fc.constantFrom('', '}', '"', ',', 'x', '\n', '\\'));
    fc.assert(
      fc.property(spoiled, ([object, at, by]) => {
        const text = JSON.stringify(object);
        const cut = at % text.length;
        const bad = `${text.slice(0, cut)}${by}${text.slice(cut + 1)}`;
        try {
          JSON.parse(bad);
        } catch {
          const { row, col } = failure({ 'data.json': bad }).details;
          expect(Number(row)).toBeGreaterThan(0);
          expect(Number(col)).toBeGreaterThan(
            Number(row) > 1 ? 0 : Buffer.byteLength(text.slice(0, cut).split('\n').at(-1) ?? '') - Buffer.byteLength(text),
          );
        }
      }),
    );
  });
});

describe('data against rules', () => {
  const rule = (path: string, row = 1) => ({ path: path.split('/'), file: 'a.rego', row });

  it.each<[string, unknown, string, string | undefined]>([
    ['data at the path of a rule', { a: { b: 1 } }, 'a/b', 'data.a.b'],
    ['data below the path of a rule', { a: { b: { c: 1 } } }, 'a/b', 'data.a.b'],
    ['null at the path of a rule', { a: { b: null } }, 'a/b', 'data.a.b'],
    ['an empty object at the path of a rule', { a: { b: {} } }, 'a/b', 'data.a.b'],
    ['a value on the way to a rule', { a: 5 }, 'a/b/c', 'data.a'],
    ['an array on the way to a rule', { a: ['x'] }, 'a/0', 'data.a'],
    ['data beside a rule in its package', { a: { c: 1 } }, 'a/b', undefined],
    ['data elsewhere', { b: 1 }, 'a/b', undefined],
    ['a name that every object inherits', { a: {} }, 'a/constructor', undefined],
  ])('%s', (_name, document, path, claimed) => {
    const found = checkDataConflicts({ document: document as Record<string, unknown> }, [rule(path, 7)]);
    expect(found).toMatchObject(claimed === undefined ? [] : [{ code: 'policy_data_conflict', path: claimed, file: 'a.rego', row: 7 }]);
    expect(found).toHaveLength(claimed === undefined ? 0 : 1);
  });

  it('names the file and the line that write what a rule claims, the last that does', () => {
    const texts = { 'data.json': '{\n  "a": {"b": 1}}', 'a/data.yaml': '# c\nb: 2', 'data-late.json': '{"c": {},\n "a": {"b": 3}}' };
    const files = Object.entries(texts).flatMap(([name, text]) => sourcesOf({ [name]: text }));
    const told = (upTo: number) => checkDataConflicts({ document: { a: { b: 1 } } }, [rule('a/b')], files.slice(0, upTo))[0]?.message;
    expect(told(0)).toBe('the rule data.a.b conflicts with base data at data.a.b');
    expect([1, 2, 3].map((upTo) => told(upTo)?.replace(/.*, which /u, ''))).toEqual([
      'data.json:2:9 writes',
      'a/data.yaml:2:1 writes',
      'data-late.json:2:8 writes',
    ]);
  });

  it('names each claimed path once, however many rules share it', () => {
    const document = { a: { b: 1 }, c: { d: 1 } };
    expect(checkDataConflicts({ document }, [rule('a/b'), rule('a/b', 2), rule('c/d')]).map(({ path }) => path)).toEqual([
      'data.a.b',
      'data.c.d',
    ]);
  });
});

describe('data that some parser would choke on', () => {
  it.each<[string, Files, string]>([
    ['a hundred thousand brackets that never close', { 'z/data.json': '['.repeat(100_000) }, 'z/data.json: nested deeper than 512 levels'],
    ['the first half of a surrogate pair', { 'z/data.json': '{\n"a": "\\ud83d"}' }, 'z/data.json:2:7: Expected a whole surrogate pair'],
    ['the second half of one in a key', { 'z/data.json': '{"\\uDE00": 1}' }, 'z/data.json:1:3: Expected a whole surrogate pair'],
    ['two first halves', { 'z/data.json': '["\\ud83d\\ud83d\\ude00"]' }, 'z/data.json:1:3: Expected a whole surrogate pair'],
    ['half a pair in YAML', { 'z/data.yaml': 'a: "\\ud83d"' }, 'z/data.yaml: Expected a whole surrogate pair'],
    ['brackets of YAML', { 'z/data.yaml': '['.repeat(10_000) }, 'z/data.yaml:1:1: nested deeper than 512 levels'],
  ])('names the file for %s', (_, files, message) => {
    const error = failure(files);
    expect(error.code).toBe('policy_data_invalid');
    expect(error.message).toContain(message);
  });

  it.each(['"\\ud83d\\ude00"', String.raw`"\\ud83d"`, '"\\u0041\\uD83D\\uDE00\\n"'])(
    'takes the whole pair, or the text of an escape, in %s',
    (json) => {
      expect(textOf(merge({ 'z/data.json': json }))).toBe(`{"z":${json}}`);
    },
  );
});
