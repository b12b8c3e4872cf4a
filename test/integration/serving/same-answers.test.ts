import { gzipSync } from 'node:zlib';
import type { OutgoingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { connect } from '../../helpers/connections.js';
import type { WireAnswer } from '../../helpers/connections.js';
import { startTestGateway } from '../../helpers/gateway.js';
import { shippedPolicies } from '../../helpers/policies.js';

const ALLOW = '/v1/data/defenseclaw/firewall';
const ASK = JSON.stringify({ input: { destination: 'github.com', port: 443, target_type: 'skill' } });

type Asked = readonly [name: string, method: string, route: string, body?: string | Buffer, headers?: OutgoingHttpHeaders];

const REQUESTS: readonly Asked[] = [
  ['a decision', 'POST', ALLOW, ASK],
  ['a rule', 'POST', `${ALLOW}/action`, ASK],
  ['below a rule', 'POST', `${ALLOW}/action/x`, ASK],
  ['no input', 'POST', ALLOW, '{}'],
  ['an empty body', 'POST', ALLOW, ''],
  ['malformed JSON', 'POST', ALLOW, '{"input":'],
  ['half a surrogate pair', 'POST', ALLOW, '{"input":"\\ud800"}'],
  ['a number that no arithmetic can hold', 'POST', ALLOW, '{"input":{"port":1e999999999}}'],
  ['deep nesting', 'POST', ALLOW, `{"input":${'['.repeat(600)}${']'.repeat(600)}}`],
  ['base data', 'POST', '/v1/data/firewall', '{"input":{}}'],
  ['data that is not there', 'POST', '/v1/data/nowhere', '{"input":{}}'],
  ['a quote in the path', 'POST', '/v1/data/a%22b', '{"input":{}}'],
  ['pretty', 'POST', `${ALLOW}?pretty`, ASK],
  ['provenance', 'POST', `${ALLOW}?provenance`, ASK],
  ['explain', 'POST', `${ALLOW}?explain=full`, ASK],
  ['packed', 'POST', ALLOW, gzipSync(ASK), { 'Content-Encoding': 'gzip' }],
  ['YAML', 'POST', ALLOW, 'input:\n  destination: github.com\n', { 'Content-Type': 'application/yaml' }],
  ['in chunks', 'POST', ALLOW, ASK, { 'Transfer-Encoding': 'chunked' }],
  ['expecting to go on', 'POST', ALLOW, ASK, { Expect: '100-continue' }],
  ['a large input', 'POST', ALLOW, JSON.stringify({ input: { destination: 'github.com', padding: 'x'.repeat(600_000) } })],
  ['too large an input', 'POST', ALLOW, JSON.stringify({ input: 'x'.repeat(1_100_000) })],
  ['a packed answer', 'POST', '/v1/data/defenseclaw', '{"input":{}}', { 'Accept-Encoding': 'gzip' }],
  ['GET', 'GET', `${ALLOW}?input=%7B%7D`],
  ['HEAD', 'HEAD', ALLOW],
  ['a write', 'PUT', ALLOW, '{}'],
  ['the default decision', 'POST', '/', '{}'],
  ['a batch', 'POST', '/v1/batch/data/defenseclaw/firewall/action', '{"inputs":{"a":{"destination":"github.com"},"b":{}}}'],
  ['no token', 'POST', ALLOW, ASK, { Authorization: '' }],
  ['a wrong token', 'POST', ALLOW, ASK, { Authorization: 'Bearer wrong' }],
  ['a page of another site', 'POST', ALLOW, ASK, { Origin: 'https://evil.example' }],
  ['the firewall domain', 'POST', '/policy/evaluate/firewall', '{"destination":"github.com","port":443}'],
  ['the admission domain', 'POST', '/policy/evaluate', '{"input":{"target_type":"skill","target_name":"x"}}'],
  ['a malformed request of a domain', 'POST', '/policy/evaluate/firewall', '[1'],
  ['a domain without the client header', 'POST', '/policy/evaluate/firewall', '{}', { 'X-DefenseClaw-Client': '' }],
  ['a domain in another content type', 'POST', '/policy/evaluate/firewall', '{}', { 'Content-Type': 'text/plain' }],
  ['a domain by GET', 'GET', '/policy/evaluate/firewall'],
  ['an unknown path', 'GET', '/nowhere'],
  ['readiness', 'GET', '/health?bundles'],
  ['another revision expected', 'POST', ALLOW, ASK, { 'If-Policy-Revision': '0123456789ab' }],
  ['another revision expected of a domain', 'POST', '/policy/evaluate/firewall', '{}', { 'If-Policy-Revision': '0123456789ab' }],
  ['no revision named', 'POST', ALLOW, ASK, { 'If-Policy-Revision': 'latest' }],
  ['a header that only serving processes may set', 'POST', ALLOW, ASK, { 'X-DefenseClaw-Peer': '192.0.2.1' }],
];

/** Differ from one answer to the next, or belong to the connection. */
const PASSING: ReadonlySet<string> = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']);
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu;
const REQUEST_ID = { 'X-DefenseClaw-Request-Id': 'the-same' };

function essence({ status, headers, text }: WireAnswer): unknown {
  const lasting = Object.entries(headers).filter(([name]) => !PASSING.has(name));
  const made = lasting.map(([name, value]) => [name, String(value).replace(UUID, '<uuid>')]);
  return { status, headers: Object.fromEntries(made) as Record<string, string>, text: text.replace(UUID, '<uuid>') };
}

describe('what serving processes answer', () => {
  it('is what the main process would have answered', async () => {
    const policies = await shippedPolicies();
    const settings = { 'gateway.watcher.enabled': false };
    const alone = await startTestGateway(policies, { ...settings, 'http.processes': 0 });
    const many = await startTestGateway(policies, { ...settings, 'http.processes': 1 });
    const [one, other] = [connect(alone.url), connect(many.url)];
    for (const [name, method, route, body, headers] of REQUESTS) {
      const asked = [method, route, body, { ...REQUEST_ID, ...headers }] as const;
      const expected = essence(await one.ask(...asked));
      expect(essence(await other.ask(...asked)), name).toEqual(expected);
      // Again over a new connection: heads that were seen before are recognised on the wire.
      for (let again = 0; again < 2; again++) expect(essence(await connect(many.url).ask(...asked)), `${name}, again`).toEqual(expected);
    }
  });
});
