import { describe, expect, it } from 'vitest';
import { applyPreset } from '../../../src/policy/presets/apply-preset.js';
import { mergeJson } from '../../../src/policy/presets/merge-json.js';
import { isActive, isPresetName, PRESET_NAMES, readPreset } from '../../../src/policy/presets/preset.js';
import { sourceSet } from '../../helpers/source-set.js';

describe('a preset', () => {
  it.each(PRESET_NAMES)('%s says what it is and what it sets', (name) => {
    const { description, data } = readPreset(name);
    expect(description).toMatch(/\.$/u);
    expect(Object.keys(data).length).toBeGreaterThan(0);
    expect(isPresetName(name)).toBe(true);
    // As a revision it would be the first digits of an id.
    expect(name).toMatch(/[^0-9a-f]/u);
  });

  it('sets the same values as the others that set everything, so that one can follow the other', () => {
    const paths = (value: unknown): string[] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([key, inner]) => paths(inner).map((path) => `${key}.${path}`))
        : [''];
    const [first, ...others] = (['default', 'strict', 'permissive'] as const).map((name) => paths(readPreset(name).data).sort());
    for (const other of others) expect(other).toEqual(first);
  });

  it('is active where all that it says holds', () => {
    const preset = readPreset('firewall-deny-default');
    expect(isActive(preset, { x: 1, firewall: { ...(preset.data['firewall'] as object), blocked_destinations: ['a'] } })).toBe(true);
    expect(isActive(preset, { firewall: { default_action: 'deny', allowed_domains: ['a'], allowed_ports: [443] } })).toBe(false);
    expect(isActive(preset, undefined)).toBe(false);
  });
});

describe('setting values in data files', () => {
  it('leaves every other byte as it was written', () => {
    const before = '{\n  "n": 12345678901234567890.10,\n  "a": {"x": 1e2, "y": [1,  2]},\n  "s": "\\u00e9"\n}\n';
    expect(mergeJson(Buffer.from(before), { a: { y: [3], z: { w: true } }, b: {} })).toBe(
      '{\n  "n": 12345678901234567890.10,\n  "a": {\n    "x": 1e2,\n    "y": [\n      3\n    ],\n    "z": {\n      "w": true\n    }\n  },\n  "s": "\\u00e9",\n  "b": {}\n}\n',
    );
  });

  const preset = { actions: { HIGH: 'x' }, firewall: { default_action: 'deny' } };

  it('sets each section where it comes from, and a new one in data.json', () => {
    const source = sourceSet({
      'data.json': '{"firewall": {"default_action": "allow"}}',
      'data-a.json': '{"firewall": {"default_action": "allow"}}',
      'data-b.json': '{"firewall": {"default_action": "allow", "allowed_ports": [1]}}',
      'sub/data.json': '{}',
    });
    const edits = applyPreset(source, preset);
    expect(edits.map(({ path, after }): readonly unknown[] => [path, JSON.parse(after)])).toEqual([
      ['data.json', { firewall: { default_action: 'allow' }, actions: { HIGH: 'x' } }],
      ['data-b.json', { firewall: { default_action: 'deny', allowed_ports: [1] } }],
    ]);
  });

  it('leaves files alone that have the values, however they are laid out', () => {
    expect(applyPreset(sourceSet({ 'data.json': JSON.stringify(preset) }), preset)).toEqual([]);
  });

  it('is refused where the base data is no JSON', () => {
    expect(() => applyPreset(sourceSet({ 'data.yaml': 'actions: {}\n' }), preset)).toThrow('Expected data.json, which is to hold actions');
  });
});
