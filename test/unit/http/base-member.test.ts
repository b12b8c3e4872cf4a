import { describe, expect, it } from 'vitest';
import { memberText } from '../../../src/http/opa/base-member.js';
import { walk } from '../../../src/http/opa/walk.js';
import { formatJson } from '../../../src/value/format-json.js';
import { parseTerm } from '../../../src/value/parse-term.js';

const JSON_TEXT = Buffer.from(
  '{"b": {"z": 1.50, "a": [1, {"k": "v", "ü": 12345678901234567890}, [true, null]]}, "a\\u0062\\"": "esc", "list": [ ], "0": {"1": "digit"}}',
);

describe('a member of large data', () => {
  it.each([
    [[]],
    [['b']],
    [['b', 'a', '1']],
    [['b', 'a', '1', 'ü']],
    [['b', 'a', '2', '0']],
    [['b', 'a', '3']],
    [['b', 'a', 'k']],
    [['b', 'z', 'deeper']],
    [['ab"']],
    [['list']],
    [['list', '0']],
    [['0', '1']],
    [['missing', 'below']],
  ])('is cut out of the text at %j as it is found in the parsed value', (path) => {
    const value = walk(parseTerm(JSON_TEXT), path);
    expect(memberText({ json: JSON_TEXT, path })).toBe(value === undefined ? undefined : formatJson(value));
  });
});
