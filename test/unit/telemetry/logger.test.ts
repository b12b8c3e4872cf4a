import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.js';
import { createLogger, type LoggerOptions } from '../../../src/telemetry/logger.js';

function capture(options: LoggerOptions = {}): {
  readonly log: ReturnType<typeof createLogger>;
  readonly text: () => string;
  readonly lines: () => Record<string, unknown>[];
} {
  const written: string[] = [];
  const log = createLogger({
    format: 'json',
    ...options,
    destination: { write: (text) => written.push(text), isTTY: false, ...options.destination },
  });
  const text = (): string => written.join('');
  const lines = (): Record<string, unknown>[] =>
    text()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, text, lines };
}

describe('the log', () => {
  it('writes one JSON object a line with ISO time and the level as a word', () => {
    const { log, lines } = capture({ format: 'auto' });
    log.info({ a: 1 }, 'first');
    log.error({}, 'second\nline');
    log.debug({}, 'below the level');
    expect(lines()).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string, a: 1, msg: 'first' },
      { level: 'error', time: expect.any(String) as string, msg: 'second\nline' },
    ]);
  });

  it('changes its level while it runs', () => {
    const { log, lines } = capture({ level: 'silent' });
    log.error({}, 'no');
    log.setLevel('debug');
    log.debug({}, 'yes');
    log.flush();
    expect(lines().map((line) => line['msg'])).toEqual(['yes']);
  });

  it.each([
    { token: 'hush' },
    { gateway: { token: 'hush' } },
    { authorization: 'Bearer hush' },
    { request: { headers: { authorization: 'Bearer hush', 'x-defenseclaw-token': 'hush', 'x-dc-auth': 'Bearer hush' } } },
    { headers: { 'x-defenseclaw-token': 'hush', cookie: 'hush' } },
    { input: { user: 'hush' } },
    { request: { body: 'hush', input: 'hush', content: 'hush' } },
    { llm: { api_key: 'hush' } },
    { a: { b: { c: [{ Authorization: 'hush' }] } } },
    { a: { b: { c: { d: { e: { f: { g: 'hush' } } } } } } },
  ])('redacts %j', (fields) => {
    const { log, text } = capture();
    log.info(fields, 'a request');
    expect(text()).toContain('[redacted]');
    expect(text()).not.toContain('hush');
  });

  it('takes a known token out wherever it got into', () => {
    const token = 'f'.repeat(64);
    const { log, text } = capture({ secrets: [token, 'short'] });
    log.warn({ url: `/x?t=${token}`, err: new Error(`refused ${token}`) }, `with ${token} in a short line`);
    expect(text()).not.toContain(token);
    expect(text()).toContain('short line');
  });

  it('shows coded errors without their stack, strangers with it, and causes of both', () => {
    const { log, lines } = capture();
    const cause = new Error('disk full');
    log.error({ err: new GatewayError('audit_store_failed', 'cannot write', { cause, details: { token: 'hush' } }) }, 'failed');
    const ring = new Error('ring');
    ring.cause = ring;
    log.error({ err: ring }, 'failed');
    const [coded, stranger] = lines().map((line) => line['err']);
    expect(coded).toEqual({
      code: 'audit_store_failed',
      message: 'cannot write',
      cause: { type: 'Error', message: 'disk full', stack: expect.any(String) as string },
    });
    expect(stranger).toMatchObject({ type: 'Error', message: 'ring', stack: expect.any(String) as string });
  });

  it('is for people on a terminal, and shows terminal controls instead of obeying them', () => {
    const { log, text } = capture({ format: 'auto', destination: { write: () => true, isTTY: true } });
    log.info({}, 'never');
    expect(text()).toBe('');
    const written: string[] = [];
    const pretty = createLogger({ format: 'pretty', destination: { write: (line) => written.push(line) }, secrets: ['s3cr3t-token'] });
    pretty.info({ workers: 6, lifecycle: {} }, 'clear \u001b[2J screen \u202e s3cr3t-token');
    const line = written.join('');
    expect(line).toContain('INFO: clear \\u{1b}[2J screen \\u{202e} [redacted]');
    expect(line).toContain('{"workers":6}');
    expect(line).not.toContain('\u001b[2J');
  });
});
