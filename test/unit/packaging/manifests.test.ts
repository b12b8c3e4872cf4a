import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { mainManifest, platformManifest } from '../../../src/packaging/manifests.js';
import type { SourceManifest } from '../../../src/packaging/manifests.js';
import { PLATFORMS } from '../../../src/packaging/platforms.js';
import { ROOT } from '../../helpers/policies.js';

const source = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as SourceManifest;

describe('the manifest of the main package', () => {
  const manifest = mainManifest(source, PLATFORMS);

  it('asks for the compiler of each platform, in this version, and for nothing that is bundled', () => {
    const { version } = source;
    expect(manifest['optionalDependencies']).toEqual({
      '@defenseclaw-gateway/rego-compiler-linux-x64': version,
      '@defenseclaw-gateway/rego-compiler-linux-arm64': version,
      '@defenseclaw-gateway/rego-compiler-darwin-x64': version,
      '@defenseclaw-gateway/rego-compiler-darwin-arm64': version,
      '@defenseclaw-gateway/rego-compiler-win32-x64': version,
    });
    expect(manifest['dependencies']).toEqual({ libsql: source.dependencies['libsql'] });
    expect(Object.values(manifest['peerDependencies'] as object)).not.toContain(undefined);
  });

  it('runs nothing when it is installed, and says the rest as the checkout does', () => {
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty('devDependencies');
    for (const field of ['name', 'version', 'license', 'type', 'engines', 'bin', 'exports', 'types', 'oclif']) {
      expect(manifest[field], field).toEqual(source[field]);
    }
  });

  it('is not that of the checkout, which a registry may not serve', () => {
    expect(source).not.toHaveProperty('optionalDependencies');
  });
});

it('lets npm take the compiler of its own platform alone', () => {
  const [linux] = PLATFORMS;
  if (linux === undefined) throw new Error('there are platforms');
  expect(platformManifest(source, linux)).toMatchObject({
    name: '@defenseclaw-gateway/rego-compiler-linux-x64',
    ...{ version: source.version, os: ['linux'], cpu: ['x64'], files: ['bin'] },
  });
});
