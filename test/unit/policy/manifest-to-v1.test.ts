import { describe, expect, it } from 'vitest';
import { manifestAsV1 } from '../../../src/policy/manifest-to-v1.js';

function converted(text: string, unconverted: readonly string[] = []): string | undefined {
  return manifestAsV1({ path: '.manifest', bytes: Buffer.from(text) }, unconverted);
}

describe('a manifest of modules that become v1', () => {
  it.each([
    ['a version', '{"rego_version":0}', '{"rego_version":1}\n'],
    ['patterns', '{"file_rego_versions":{"/a.rego":0,"/b/*":1}}', '{"rego_version":1}\n'],
    ['both', '{"rego_version":1,"file_rego_versions":{"/a.rego":0}}', '{"rego_version":1}\n'],
    ['a byte order mark', '\ufeff{"rego_version":0}', '{"rego_version":1}\n'],
    [
      'what is not its concern, digit by digit',
      '{\n  "roots": ["a"],\n  "metadata": {"n": 1234567890123456789012},\n  "rego_version": 0\n}\n',
      '{\n  "roots": ["a"],\n  "metadata": {"n": 1234567890123456789012},\n  "rego_version": 1\n}\n',
    ],
  ])('says v1, with %s', (_what, before, after) => {
    expect(converted(before)).toBe(after);
  });

  it.each(['{}', '{"rego_version":1}', '{"rego_version":null}', '{"file_rego_versions":{"/a.rego":1}}'])('stays as it is: %s', (text) => {
    expect(converted(text)).toBeUndefined();
  });

  it('stays true for modules that stay v0, whatever their names are made of', () => {
    const text = converted('{"rego_version":0,"file_rego_versions":{"/rego/*":0,"/new/*":1}}', ['/old/[a]*.rego', '/new/b.rego']) ?? '';
    expect(JSON.parse(text)).toEqual({ rego_version: 1, file_rego_versions: { '/old/\\[a\\]\\*.rego': 0 } });
    // Said a second time it is the same: the first text is read as it was meant.
    expect(JSON.parse(converted(text, ['/old/[a]*.rego', '/new/b.rego']) ?? '')).toEqual(JSON.parse(text));
  });
});
