import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

/** One upload as it came. */
export interface Upload {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
  /** What it said. */
  readonly json: unknown;
  /** The same where it is an array of records. */
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

export interface LogService {
  readonly url: string;
  readonly uploads: Upload[];
  /** Status of the next answers; 0 for none at all. Then 200. */
  readonly answers: number[];
  /** Ids of the records of the uploads that were taken. */
  readonly ids: () => readonly unknown[];
  close(): Promise<void>;
}

/** A decision log service on a loopback port, which ends with the test. */
export async function startLogService(port = 0): Promise<LogService> {
  const uploads: Upload[] = [];
  const answers: number[] = [];
  const taken: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const packed = request.headers['content-encoding'] === 'gzip';
      const json = JSON.parse((packed ? gunzipSync(body) : body).toString()) as unknown;
      const records = Array.isArray(json) ? (json as Upload['records']) : [];
      uploads.push({ path: request.url ?? '', headers: request.headers, bytes: body.length, json, records });
      const status = answers.shift() ?? 200;
      if (status === 0) return;
      if (status === 200) taken.push(...records.map(({ decision_id: id }) => id));
      response.writeHead(status).end('whatever');
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => closed(server));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ uploads, answers, ids: () => taken, close: () => closed(server) },
  };
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
