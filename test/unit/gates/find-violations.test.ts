import { describe, expect, it } from 'vitest';
import { findViolations } from '../../../src/gates/find-violations.js';
import { sourceSet } from '../../helpers/source-set.js';

function schema(body: object): string {
  return JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...body });
}

const PORTS = schema({
  type: 'object',
  required: ['ports'],
  properties: {
    ports: { type: 'object', patternProperties: { '^[0-9]+$': { type: 'string' } }, additionalProperties: false },
    modes: { type: 'array', items: { enum: ['observe', 'action'] } },
    host: { type: 'string', format: 'hostname' },
  },
});

describe('data that does not meet its schema', () => {
  const cases = [
    {
      what: 'a value, at its line',
      files: { 'data.schema.json': PORTS, 'data.json': '{\n  "é": 1, "ports": {\n    "443": 1\n  }\n}' },
      found: { message: 'data.ports.443 must be string', path: 'data.ports.443', file: 'data.json', row: 3, col: 12, line: '    "443": 1' },
    },
    {
      what: 'an element of a list, with what is allowed',
      files: { 'app/data.schema.json': PORTS, 'app/data.json': '{"ports": {},\n "modes": ["observe", {"x": [1, 2]},\n "off"]}' },
      found: {
        message: 'data.app.modes.2 must be equal to one of the allowed values: "observe", "action"',
        file: 'app/data.json',
        row: 3,
        col: 2,
      },
      all: 2,
    },
    {
      what: 'a member that is missing, at the object',
      files: { 'app/data.schema.json': PORTS, 'app/data.json': '\n{}' },
      found: { message: "data.app must have required property 'ports'", file: 'app/data.json', row: 2, col: 1 },
    },
    {
      what: 'a member that is not allowed',
      files: { 'data.schema.json': PORTS, 'data.json': '{"ports": {\n"https": "x"}}' },
      found: { message: 'data.ports.https must NOT have additional properties', row: 2, col: 10 },
    },
    {
      what: 'YAML',
      files: { 'data.schema.json': PORTS, 'data.yaml': 'ports:\n  "443": https\nhost: "a b"\n' },
      found: { message: 'data.host must match format "hostname"', file: 'data.yaml', row: 3, col: 7 },
    },
    {
      what: 'what an overlay lays over it',
      files: { 'data.schema.json': PORTS, 'data.json': '{"ports": {}}', 'data-x.json': '{\n"ports": []}' },
      found: { message: 'data.ports must be object', file: 'data-x.json', row: 2, col: 10 },
    },
    {
      what: 'what another folder adds',
      files: { 'data.schema.json': PORTS, 'data.json': '{}', 'ports/data.json': '{"80": 1}' },
      found: { message: 'data.ports.80 must be string', file: 'ports/data.json', row: 1, col: 8 },
    },
    {
      what: 'data that is not there',
      files: { 'app/data.schema.json': PORTS, 'data.json': '{}' },
      found: { message: 'data.app is missing, and app/data.schema.json describes it', file: 'app/data.schema.json' },
    },
    {
      what: 'a schema that is none',
      files: { 'data.schema.json': '{"type": "objekt"}', 'data.json': '{}' },
      found: { message: expect.stringContaining('is no JSON Schema 2020-12') as string, file: 'data.schema.json' },
    },
    {
      what: 'a schema that is no JSON',
      files: { 'data.schema.json': '{\n"type": }', 'data.json': '{}' },
      found: { file: 'data.schema.json', row: 2 },
    },
    {
      what: 'a schema that would have to be fetched',
      files: { 'data.schema.json': '{"$ref": "https://example.com/schema.json"}', 'data.json': '{}' },
      found: { message: expect.stringContaining("can't resolve reference") as string },
    },
  ];
  it.each(cases)('$what', ({ files, found, all = 1 }) => {
    const violations = findViolations(sourceSet({ 'a.rego': 'package a', ...files }));
    expect(violations).toHaveLength(all);
    expect(violations.at(-1)).toMatchObject({ severity: 'error', ...found });
  });

  it('is nothing where it meets it, and is told of twenty times at most', () => {
    expect(findViolations(sourceSet({ 'data.schema.json': PORTS, 'data.json': '{"ports": {"1": "x"}, "modes": []}' }))).toEqual([]);
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [index, 0]));
    expect(findViolations(sourceSet({ 'data.schema.json': PORTS, 'data.json': JSON.stringify({ ports: many }) }))).toHaveLength(20);
  });
});
