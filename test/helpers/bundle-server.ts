import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Signing } from '../../src/compiler/bundle-protocol.js';
import { createRegoCompiler } from '../../src/compiler/rego-compiler.js';
import { tempDir } from './temp-dir.js';

/** What a bundle server saw and gives. */
export interface BundleServer {
  url: string;
  /** What it serves from now on; nothing while it is undefined: then it answers 500. */
  bundle: Uint8Array | undefined;
  readonly token: string;
  /** Answers so far by their status. */
  readonly answers: Record<number, number>;
}

/** A server of one bundle, which asks for a token and knows ETags. Closed when the test ends. */
export async function serveBundle(bundle?: Uint8Array): Promise<BundleServer> {
  const served: BundleServer = { url: '', bundle, token: 'bundle-token', answers: {} };
  const server = createServer((request, response) => {
    const etag =
      served.bundle === undefined ? '' : `"${served.bundle.byteLength}-${Buffer.from(served.bundle).subarray(-64).toString('hex')}"`;
    const status =
      served.bundle === undefined
        ? 500
        : request.headers.authorization !== `Bearer ${served.token}`
          ? 401
          : request.url !== '/v1/bundles/main.tar.gz'
            ? 404
            : request.headers['if-none-match'] === etag
              ? 304
              : 200;
    served.answers[status] = (served.answers[status] ?? 0) + 1;
    response.writeHead(status, { ETag: etag }).end(status === 200 ? served.bundle : undefined);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  served.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`;
  return served;
}

/** Makes bundles of one module and one document. The compiler ends with the test. */
export function bundleMaker(): (text: string, data?: unknown, signing?: Signing) => Promise<Uint8Array> {
  const compiler = createRegoCompiler();
  onTestFinished(() => compiler.close());
  return async (text, data = {}, signing) => {
    const modules = [{ path: 'authz/authz.rego', text }];
    const { archive, keyError } = await compiler.pack({
      ...{ modules, data: JSON.stringify(data), revision: 'r' },
      ...(signing === undefined ? {} : { signing }),
    });
    if (archive === undefined) throw new Error(keyError);
    return Buffer.from(archive, 'base64');
  };
}

/** A new key of ES256: what signs with it, and its public half. */
export async function signingKey(): Promise<{ readonly signing: Signing; readonly publicKey: string }> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyFile = path.join(await tempDir(), 'key.pem');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return { signing: { keyFile, algorithm: 'ES256' }, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}
