import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const REPOSITORY = 'team/policy';

/** A registry that answers what a pull asks for, to who shows a token that it gave for a name and a password. */
export interface OciRegistry {
  url: string;
  /** Of a repository in it. */
  reference: string;
  readonly password: string;
  /** Answers so far, such as `GET manifests 200`. */
  readonly answers: Record<string, number>;
  /** Puts a bundle at the tag, as `oras push` does. */
  push(bundle: Uint8Array): void;
  /** Gives other bytes than the digests say. */
  spoil(): void;
}

interface Content {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Closed when the test ends. */
export async function serveRegistry(): Promise<OciRegistry> {
  const store = new Map<string, Content>();
  let tag = '';
  let spoiled = false;
  const tokens = new Set<string>();

  function put(type: string, bytes: Uint8Array): { readonly mediaType: string; readonly digest: string; readonly size: number } {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    store.set(digest, { type, bytes });
    return { mediaType: type, digest, size: bytes.byteLength };
  }

  function token(request: IncomingMessage, response: ServerResponse): number {
    const wanted = `Basic ${Buffer.from(`robot:${registry.password}`).toString('base64')}`;
    if (request.headers.authorization !== wanted) return end(response, 401);
    const given = `token-${tokens.size}`;
    tokens.add(given);
    return end(response, 200, { type: 'application/json', bytes: Buffer.from(JSON.stringify({ token: given })) });
  }

  function answer(request: IncomingMessage, response: ServerResponse): number {
    const { pathname } = new URL(request.url ?? '', registry.url);
    if (pathname === '/token') return token(request, response);
    if (!tokens.has(request.headers.authorization?.replace('Bearer ', '') ?? '')) {
      const challenge = `Bearer realm="${registry.url}/token",service="test",scope="repository:${REPOSITORY}:pull"`;
      response.setHeader('WWW-Authenticate', challenge);
      return end(response, 401);
    }
    const [, kind = '', name = ''] = /^\/v2\/team\/policy\/(manifests|blobs)\/(.+)$/u.exec(pathname) ?? [];
    const digest = name === 'latest' ? tag : name;
    const found = store.get(digest);
    if (found === undefined || kind === '') return end(response, 404);
    response.setHeader('Docker-Content-Digest', digest);
    return end(response, 200, spoiled && kind === 'blobs' ? { ...found, bytes: Buffer.alloc(found.bytes.byteLength) } : found);
  }

  const registry: OciRegistry = {
    ...{ url: '', reference: '', password: 'registry-secret', answers: {} },
    push: (bundle) => {
      const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: put(CONFIG, Buffer.from('{}')), layers: [put(LAYER, bundle)] };
      tag = put(MANIFEST, Buffer.from(JSON.stringify(manifest))).digest;
    },
    spoil: () => (spoiled = true),
  };
  const server = createServer((request, response) => {
    const status = answer(request, response);
    const route = /^\/(?:v2\/team\/policy\/)?([a-z]+)/u.exec(request.url ?? '')?.[1] ?? '';
    const key = `${request.method ?? ''} ${route} ${status}`;
    registry.answers[key] = (registry.answers[key] ?? 0) + 1;
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  registry.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  registry.reference = `${registry.url.slice('http://'.length)}/${REPOSITORY}:latest`;
  return registry;
}

function end(response: ServerResponse, status: number, content?: Content): number {
  const headers = content === undefined ? {} : { 'Content-Type': content.type, 'Content-Length': content.bytes.byteLength };
  response.writeHead(status, headers).end(content?.bytes);
  return status;
}
