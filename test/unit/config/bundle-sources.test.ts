import { describe, expect, it } from 'vitest';
import { bundleProblems, bundleSources } from '../../../src/config/bundle-sources.js';
import { bundles, keys, services } from '../../../src/config/sections/bundles.js';

interface Credentials {
  readonly token: string;
  readonly scheme?: string;
}

function settings(resource: string | undefined, bearer?: Credentials): Parameters<typeof bundleProblems>[0] {
  const hub = { url: 'https://hub.example/x/', type: 'oci', ...(bearer === undefined ? {} : { credentials: { bearer } }) };
  return {
    services: services.parse({ hub, shop: { ...hub, type: undefined } }),
    bundles: bundles.parse({ main: { service: 'hub', ...(resource === undefined ? {} : { resource }) } }),
    keys: keys.parse({}),
  };
}

function problems(resource: string | undefined, bearer?: Credentials): readonly string[] {
  return bundleProblems(settings(resource, bearer), (path) => path.join('.')).map(({ setting, message }) => `${setting}: ${message}`);
}

const SHA = `sha256:${'a'.repeat(64)}`;
const REFERENCE = 'bundles.main.resource: Expected host/repository:tag, as of a registry.';

describe('a bundle of a registry', () => {
  it.each(['hub.example/team/policy:1.0', 'hub.example:5000/policy:latest', `hub.example/policy@${SHA}`, `hub.example/policy:1.0@${SHA}`])(
    'is %s',
    (resource) => {
      expect(problems(resource)).toEqual([]);
    },
  );

  it.each([undefined, 'policy:1.0', 'hub.example/policy', 'hub.example:5000/policy', 'hub.example/POLICY:1', 'hub.example/a b:1'])(
    'is not %s',
    (resource) => {
      expect(problems(resource)).toEqual([REFERENCE]);
    },
  );

  it('is asked for with what a registry understands', () => {
    const resource = 'hub.example/policy:1';
    expect(problems(resource, { token: 'a:b', scheme: 'Basic' })).toEqual([]);
    expect(problems(resource, { token: 'a' })).toEqual([]);
    expect(problems(resource, { token: 'a', scheme: 'Basic' })).toEqual([
      'bundles.main.resource: Expected name:password as the token of the scheme Basic.',
    ]);
    expect(problems(resource, { token: 'a', scheme: 'Digest' })).toEqual([
      'bundles.main.resource: Expected the scheme Bearer or Basic of a registry, got Digest.',
    ]);
  });

  it('is named apart from the address of its service, and others are below it', () => {
    const { services: known } = settings(undefined);
    const followed = bundles.parse({ main: { service: 'hub', resource: 'hub.example/policy:1' }, other: { service: 'shop' } });
    expect(bundleSources({ services: known, bundles: followed })).toMatchObject([
      { name: 'main', url: 'https://hub.example/x/', reference: 'hub.example/policy:1' },
      { name: 'other', url: 'https://hub.example/x/bundles/other', reference: undefined },
    ]);
  });
});
