import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';
import { bundleMaker, serveBundle, signingKey } from '../../helpers/bundle-server.js';
import type { BundleServer } from '../../helpers/bundle-server.js';
import { startTestGateway } from '../../helpers/gateway.js';
import type { TestGateway } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';

const PATIENT = { timeout: 60_000, interval: 20 };
const POLLING = { min_delay_seconds: 0.1, max_delay_seconds: 0.2 };

const ALLOWS = 'package authz\n\nallow := input.user in data.admins\n';
const DENIES = 'package authz\n\nallow := false\n';

function following({ url, token }: BundleServer, rest: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    services: { shop: { url, credentials: { bearer: { token } } } },
    bundles: { main: { service: 'shop', resource: 'bundles/main.tar.gz', polling: POLLING, ...rest } },
  };
}

async function decides({ call }: TestGateway): Promise<unknown> {
  return (await call('POST', '/v1/data/authz/allow', { input: { user: 'alice' } })).json()['result'];
}

const untilDecided = (gateway: TestGateway, result: unknown): Promise<void> =>
  vi.waitFor(async () => expect(await decides(gateway)).toBe(result), PATIENT);

it('serves a signed bundle, follows it, and refuses what is not signed right', { timeout: 180_000 }, async () => {
  const make = bundleMaker();
  const [key, stranger] = [await signingKey(), await signingKey()];
  const server = await serveBundle(await make(ALLOWS, { admins: ['alice'] }, key.signing));
  const gateway = await startTestGateway('', {
    ...following(server, { signing: { keyid: 'default' } }),
    keys: { default: { key: key.publicKey, algorithm: 'ES256' } },
  });
  const { engine } = gateway.gateway;
  expect(await decides(gateway)).toBe(true);
  expect((await gateway.call('GET', '/v1/policies')).text).toContain('main/authz/authz.rego');

  await vi.waitFor(() => expect(server.answers[304]).toBeGreaterThan(2), PATIENT);
  expect([server.answers[200], engine.lastOutcome?.trigger]).toEqual([1, 'boot']);

  for (const [refused, why] of [
    [await make(DENIES), 'missing .signatures.json'],
    [await make(DENIES, {}, stranger.signing), 'failed to verify'],
  ] as const) {
    server.bundle = refused;
    const error = { code: 'bundle_refused', message: expect.stringContaining(why) as string };
    await vi.waitFor(() => expect(engine.lastOutcome).toMatchObject({ status: 'rejected', trigger: 'bundle', error }), PATIENT);
    expect(await decides(gateway)).toBe(true);
    const asked = await gateway.call('POST', '/policy/reload');
    expect([asked.status, asked.text]).toEqual([500, expect.stringContaining('bundle main')]);
  }

  server.bundle = await make(DENIES, {}, key.signing);
  await untilDecided(gateway, false);
  expect(engine.lastOutcome).toMatchObject({ status: 'reloaded', trigger: 'bundle' });

  server.bundle = await make('package authz\n\nallow := nope(1)\n', {}, key.signing);
  await vi.waitFor(() => expect(engine.lastOutcome?.diagnostics[0]?.file).toBe('main/authz/authz.rego'), PATIENT);
  expect(await decides(gateway)).toBe(false);
  expect(JSON.stringify(gateway.log.records)).not.toContain(server.token);
  expect((await gateway.call('GET', '/v1/config')).text).not.toContain(server.token);
});

it('serves what served last when the server is away at the start, and follows it once it is back', { timeout: 180_000 }, async () => {
  const make = bundleMaker();
  const server = await serveBundle(await make(ALLOWS, { admins: ['alice'] }));
  const settings = { ...following(server), data_dir: await tempDir() };
  const before = await startTestGateway('', settings);
  expect(await decides(before)).toBe(true);
  await before.gateway.close();

  server.bundle = undefined;
  const after = await startTestGateway('', settings);
  expect(await decides(after)).toBe(true);
  expect(after.gateway.engine.lastOutcome).toMatchObject({ status: 'rejected', error: { code: 'bundle_unavailable' } });
  server.bundle = await make(DENIES);
  await untilDecided(after, false);

  server.bundle = undefined;
  await vi.waitFor(() => expect(after.gateway.engine.lastOutcome?.error?.code).toBe('bundle_unavailable'), PATIENT);
  expect(await decides(after)).toBe(false);
});

it('reads a bundle from a file', { timeout: 120_000 }, async () => {
  const make = bundleMaker();
  const file = path.join(await tempDir(), 'main.tar.gz');
  await writeFile(file, await make(ALLOWS, { admins: ['alice'] }));
  const gateway = await startTestGateway('', { bundles: { main: { resource: pathToFileURL(file).href, polling: POLLING } } });
  expect(await decides(gateway)).toBe(true);
  await writeFile(file, await make(DENIES));
  await untilDecided(gateway, false);
});
