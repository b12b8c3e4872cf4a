import path from 'node:path';
import { onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { startGateway } from '../../src/gateway/gateway.js';
import type { Gateway } from '../../src/gateway/gateway.js';
import type { Log } from '../../src/log.js';
import { tempDir } from './temp-dir.js';

/** The token that test gateways ask for. */
export const TEST_TOKEN = 'test-token-0123456789abcdef';

/** Serving processes of a test gateway. The suites that must hold either way run twice, see vitest.config.ts. */
const TEST_PROCESSES = Number(process.env['GATEWAY_TEST_PROCESSES'] ?? 0);

/** One record that the gateway logged. */
export interface LogRecord {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A log that keeps its records. */
export function recordingLog(): Log & { readonly records: LogRecord[] } {
  const records: LogRecord[] = [];
  const keep =
    (level: LogRecord['level']) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void =>
      void records.push({ level, fields, message });
  return { records, debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
}

export interface TestGateway {
  readonly gateway: Gateway;
  readonly url: string;
  readonly log: ReturnType<typeof recordingLog>;
  readonly dataDir: string;
  readonly call: (method: string, route: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<TestAnswer>;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: () => Record<string, unknown>;
}

/** A whole gateway in this process: real watcher, compiler, workers, server on a free loopback port. Closed when the test ends. */
export async function startTestGateway(policyDir: string, settings: Readonly<Record<string, unknown>> = {}): Promise<TestGateway> {
  const dataDir = await tempDir();
  const log = recordingLog();
  const config = loadConfig({
    flags: { policy_dir: policyDir, data_dir: dataDir, 'gateway.api_port': 0, 'http.processes': TEST_PROCESSES, ...settings },
    env: { DEFENSECLAW_HOME: dataDir, DEFENSECLAW_GATEWAY_TOKEN: TEST_TOKEN },
    userHome: path.dirname(dataDir),
  });
  const gateway = await startGateway({ config, token: TEST_TOKEN, log });
  await gateway.ready;
  onTestFinished(() => gateway.close());
  return { gateway, url: gateway.url, log, dataDir, call: (...request) => callGateway(gateway.url, ...request) };
}

/** One request with the headers that the gates ask for. */
export async function callGateway(
  url: string,
  method: string,
  route: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestAnswer> {
  const response = await fetch(`${url}${route}`, {
    method,
    headers: { Authorization: `Bearer ${TEST_TOKEN}`, 'X-DefenseClaw-Client': 'test', 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) as Record<string, unknown> };
}
