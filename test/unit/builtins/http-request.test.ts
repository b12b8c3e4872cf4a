import { describe, expect, it } from 'vitest';
import { readHttpRequest } from '../../../src/builtins/outreach/http-request.js';
import { parseTerm } from '../../../src/value/parse-term.js';
import { RegoObject } from '../../../src/value/value.js';

function read(fields: string): ReturnType<typeof readHttpRequest> {
  const request = parseTerm(`{"method": "get", "url": "http://example.test/a b"${fields === '' ? '' : `, ${fields}`}}`);
  if (!(request instanceof RegoObject)) throw new Error('Expected an object');
  return readHttpRequest(request);
}

describe('the operand of http.send', () => {
  it('has defaults', () => {
    expect(read('')).toEqual({
      type: 'http',
      method: 'GET',
      url: 'http://example.test/a%20b',
      headers: {},
      body: undefined,
      timeoutMs: 5000,
      maxBytes: 8_388_608,
      followRedirects: false,
    });
  });

  it.each([
    ['"1s500ms"', 1500],
    ['"2000000"', 2],
    ['1', 1],
    ['0', 30_000],
    ['"2h"', 30_000],
  ])('bounds the timeout %s to %d ms', (timeout, timeoutMs) => {
    expect(read(`"timeout": ${timeout}`).timeoutMs).toBe(timeoutMs);
  });

  it.each([
    ['"timeout": true', "operand 1 'timeout' must be one of {string, number} but got boolean"],
    ['"timeout": 1.5', 'must be int64'],
    ['"headers": []', 'invalid type for headers key'],
    ['"raw_body": 1', '"raw_body" must be a string'],
    ['"enable_redirect": "yes"', 'invalid value for "enable_redirect" field'],
    ['"tls_insecure_skip_verify": true, "cache": true', 'unsupported request parameters(s): {"cache", "tls_insecure_skip_verify"}'],
    ['"cache": true, "verb": 1, "to": 2', 'invalid request parameters(s): {"to", "verb"}'],
    ['"url": "unix://localhost/?socket=a"', 'address of http or https'],
  ])('refuses %s', (fields, message) => {
    expect(() => read(fields)).toThrow(message);
  });
});
