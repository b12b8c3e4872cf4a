import { expect, it, vi } from 'vitest';
import { bundleMaker, signingKey } from '../../helpers/bundle-server.js';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { serveRegistry } from '../../helpers/oci-registry.js';

const PATIENT = { timeout: 60_000, interval: 20 };
const POLLING = { min_delay_seconds: 0.1, max_delay_seconds: 0.2 };

const ALLOWS = 'package authz\n\nallow := input.user in data.admins\n';
const DENIES = 'package authz\n\nallow := false\n';

async function decides({ call }: TestGateway): Promise<unknown> {
  return (await call('POST', '/v1/data/authz/allow', { input: { user: 'alice' } })).json()['result'];
}

async function toldOf({ call }: TestGateway): Promise<unknown> {
  const { result } = (await call('GET', '/v1/status')).json() as { result: { bundles: Record<string, unknown> } };
  return result.bundles['main'];
}

it('pulls a signed bundle out of a registry, follows its tag, and takes nothing that is not what it is said to be', async () => {
  const make = bundleMaker();
  const [key, stranger] = [await signingKey(), await signingKey()];
  const registry = await serveRegistry();
  const first = await make(ALLOWS, { admins: ['alice'] }, key.signing);
  registry.push(first);
  const gateway = await startTestGateway('', {
    services: {
      hub: { url: registry.url, type: 'oci', credentials: { bearer: { scheme: 'Basic', token: `robot:${registry.password}` } } },
    },
    bundles: { main: { service: 'hub', resource: registry.reference, polling: POLLING, signing: { keyid: 'default' } } },
    keys: { default: { key: key.publicKey, algorithm: 'ES256' } },
  });
  const { engine } = gateway.gateway;
  expect(await decides(gateway)).toBe(true);
  expect(await toldOf(gateway)).toMatchObject({ name: 'main', type: 'snapshot', size: first.byteLength, active_revision: 'r' });

  expect((await gateway.call('GET', '/status')).json()).toMatchObject({ policy: { state: 'current', on_disk_differs: false } });

  await vi.waitFor(() => expect(registry.answers['HEAD manifests 200']).toBeGreaterThan(3), PATIENT);
  expect([registry.answers['GET blobs 200'], registry.answers['GET manifests 200']]).toEqual([1, 1]);
  expect(engine.lastOutcome?.trigger).toBe('boot');

  registry.push(await make(DENIES, {}, stranger.signing));
  const error = { code: 'bundle_refused', message: expect.stringContaining('failed to verify') as string };
  await vi.waitFor(() => expect(engine.lastOutcome).toMatchObject({ status: 'rejected', trigger: 'bundle', error }), PATIENT);
  expect(await decides(gateway)).toBe(true);
  expect(await toldOf(gateway)).toMatchObject({ code: 'bundle_refused', active_revision: 'r' });

  registry.push(await make(DENIES, {}, key.signing));
  await vi.waitFor(async () => expect(await decides(gateway)).toBe(false), PATIENT);
  expect(engine.lastOutcome).toMatchObject({ status: 'reloaded', trigger: 'bundle' });
  expect(await toldOf(gateway)).not.toHaveProperty('code');

  registry.spoil();
  registry.push(await make(ALLOWS, { admins: ['alice'] }, key.signing));
  await vi.waitFor(() => expect(engine.lastOutcome?.error?.code).toBe('bundle_unavailable'), PATIENT);
  expect(await decides(gateway)).toBe(false);
  const status = (await gateway.call('GET', '/status')).json() as { bundles: { main: object } };
  expect(status.bundles.main).toMatchObject({ code: 'bundle_unavailable', message: expect.stringContaining(registry.reference) as string });

  const told = [
    JSON.stringify(gateway.log.records),
    ...(await Promise.all(['/v1/config', '/status'].map((at) => gateway.call('GET', at)))).map(({ text }) => text),
  ];
  for (const text of told) expect(text).not.toContain(registry.password);
}, 180_000);

it('says what a registry asks for and did not get', async () => {
  const registry = await serveRegistry();
  registry.push(await bundleMaker()(ALLOWS));
  const gateway = await startTestGateway('', {
    services: { hub: { url: registry.url, type: 'oci' } },
    bundles: { main: { service: 'hub', resource: registry.reference, polling: POLLING } },
  });
  expect(gateway.gateway.engine.lastOutcome?.error).toMatchObject({
    code: 'bundle_unavailable',
    message: expect.stringMatching(new RegExp(`^bundle main: ${registry.reference}: .*401`, 'u')) as string,
  });
}, 120_000);
