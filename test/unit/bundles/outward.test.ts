import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { outwardOf } from '../../../src/bundles/outward.js';
import { pull } from '../../../src/bundles/pull.js';
import type { PullParams } from '../../../src/compiler/bundle-protocol.js';
import { tempDir } from '../../helpers/temp-dir.js';

describe('the way out of the environment', () => {
  it('is its proxies, in either spelling', () => {
    expect(outwardOf({ HTTPS_PROXY: 'http://p:1', http_proxy: 'http://q:2', no_proxy: 'a,.b' })).toEqual({
      proxies: { https: 'http://p:1', http: 'http://q:2', none: 'a,.b' },
    });
    expect(outwardOf({ HTTPS_PROXY: '', NO_PROXY: 'a' })).toEqual({});
  });

  it('is what Node trusts beside the system, where that can be read', async () => {
    const dir = await tempDir({ 'ca.pem': '-----BEGIN CERTIFICATE-----\n' });
    expect(outwardOf({ NODE_EXTRA_CA_CERTS: path.join(dir, 'ca.pem') })).toEqual({ ca: '-----BEGIN CERTIFICATE-----\n' });
    expect(outwardOf({ NODE_EXTRA_CA_CERTS: path.join(dir, 'none.pem') })).toEqual({});
    expect(outwardOf({ NODE_EXTRA_CA_CERTS: dir })).toEqual({});
  });

  it('goes with each look at a registry', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://p:1');
    onTestFinished(() => void vi.unstubAllEnvs());
    const asked: PullParams[] = [];
    const compiler = {
      pull: (params: PullParams) => {
        asked.push(params);
        return Promise.resolve({ unchanged: true });
      },
    };
    const source = { name: 'main', url: 'https://r.example', reference: 'r.example/a:1', credentials: undefined };
    await pull(compiler, source as Parameters<typeof pull>[1], undefined, 1);
    expect(asked[0]?.proxies?.https).toBe('http://p:1');
  });
});
