import type { Sent } from './harness.js';
import { ADMITTED, TOKEN } from './harness.js';

/** One row of the wire contract: what is sent, what comes back to the byte. */
export interface WireCase extends Sent {
  readonly name: string;
  readonly status: number;
  readonly answer: string;
  readonly expectHeaders?: Readonly<Record<string, string | undefined>>;
}

const { authorization, ...anonymous } = ADMITTED;
const without = (name: string): Record<string, string> => Object.fromEntries(Object.entries(ADMITTED).filter(([key]) => key !== name));

const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
const JSON_HEADERS = { 'content-type': 'application/json', 'x-content-type-options': undefined };
const FIREWALL = '/policy/evaluate/firewall';
const admissionBody = JSON.stringify({ input: { target_type: 'skill', target_name: 'x' } });

const UNAUTHORIZED = '{"error":"unauthorized"}\n';
const NO_CLIENT = '{"error":"missing X-DefenseClaw-Client header"}\n';
const BAD_TYPE = '{"error":"Content-Type must be application/json"}\n';
const BAD_ORIGIN = '{"error":"non-localhost Origin rejected"}\n';

export const AUTH_CASES: readonly WireCase[] = [
  {
    name: 'no token',
    ...{ path: FIREWALL, headers: anonymous, status: 401, answer: UNAUTHORIZED },
    expectHeaders: { ...PLAIN, 'www-authenticate': 'Bearer', 'x-defenseclaw-error': 'token_missing' },
  },
  {
    name: 'a wrong token',
    ...{ path: FIREWALL, headers: { ...ADMITTED, authorization: 'Bearer nope' }, status: 401, answer: UNAUTHORIZED },
    expectHeaders: { 'www-authenticate': 'Bearer', 'x-defenseclaw-error': 'token_wrong' },
  },
  {
    name: 'a wrong bearer is final, whatever follows',
    ...{
      path: FIREWALL,
      headers: { ...ADMITTED, authorization: 'Bearer nope', 'x-defenseclaw-token': TOKEN },
      status: 401,
      answer: UNAUTHORIZED,
    },
  },
  {
    name: 'a lower-case scheme',
    path: FIREWALL,
    headers: { ...anonymous, authorization: `bearer ${TOKEN}` },
    status: 401,
    answer: UNAUTHORIZED,
  },
  {
    name: 'an untrimmed token',
    path: FIREWALL,
    headers: { ...anonymous, authorization: `Bearer  ${TOKEN}` },
    status: 401,
    answer: UNAUTHORIZED,
  },
  { name: 'no token beats no client', path: FIREWALL, headers: {}, status: 401, answer: UNAUTHORIZED },
  { name: 'no token on an unknown path', path: '/nope', headers: anonymous, status: 401, answer: UNAUTHORIZED },
  { name: 'no token on POST /health', path: '/health', headers: anonymous, status: 401, answer: UNAUTHORIZED },
  { name: 'no token on GET /status', method: 'GET', path: '/status', headers: {}, status: 401, answer: UNAUTHORIZED },
  { name: 'no token on GET /metrics', method: 'GET', path: '/metrics', headers: {}, status: 401, answer: UNAUTHORIZED },
  {
    name: 'cross-site fetch',
    ...{ path: FIREWALL, headers: { ...ADMITTED, 'sec-fetch-site': 'cross-site' }, status: 403 },
    ...{ answer: '{"error":"cross-site request rejected"}\n', expectHeaders: PLAIN },
  },
  {
    name: 'same-site fetch',
    ...{
      path: FIREWALL,
      headers: { ...ADMITTED, 'sec-fetch-site': 'same-site' },
      status: 403,
      answer: '{"error":"cross-site request rejected"}\n',
    },
  },
  {
    name: 'no client header',
    path: FIREWALL,
    headers: without('x-defenseclaw-client'),
    status: 403,
    answer: NO_CLIENT,
    expectHeaders: PLAIN,
  },
  {
    name: 'no client header beats 405',
    method: 'PUT',
    path: FIREWALL,
    headers: without('x-defenseclaw-client'),
    status: 403,
    answer: NO_CLIENT,
  },
  { name: 'no content type', path: FIREWALL, headers: without('content-type'), status: 415, answer: BAD_TYPE, expectHeaders: PLAIN },
  {
    name: 'a type that only contains JSON',
    path: FIREWALL,
    headers: { ...ADMITTED, 'content-type': 'text/application/json' },
    status: 415,
    answer: BAD_TYPE,
  },
  {
    name: 'JSON as a parameter',
    path: FIREWALL,
    headers: { ...ADMITTED, 'content-type': 'text/plain; a=application/json' },
    status: 415,
    answer: BAD_TYPE,
  },
  { name: 'content type beats 405', method: 'DELETE', path: FIREWALL, headers: without('content-type'), status: 415, answer: BAD_TYPE },
  {
    name: 'a foreign origin',
    path: FIREWALL,
    headers: { ...ADMITTED, origin: 'https://evil.example' },
    status: 403,
    answer: BAD_ORIGIN,
    expectHeaders: PLAIN,
  },
  { name: 'the null origin', path: FIREWALL, headers: { ...ADMITTED, origin: 'null' }, status: 403, answer: BAD_ORIGIN },
  {
    name: 'an origin that begins like a local one',
    path: FIREWALL,
    headers: { ...ADMITTED, origin: 'http://localhost.evil.example' },
    status: 403,
    answer: BAD_ORIGIN,
  },
  { name: 'OPTIONS without a client', method: 'OPTIONS', path: FIREWALL, headers: { authorization }, status: 403, answer: NO_CLIENT },
];

export const ROUTE_CASES: readonly WireCase[] = [
  {
    name: 'GET on a POST route',
    ...{ method: 'GET', path: FIREWALL, status: 405, answer: 'method not allowed\n', expectHeaders: { ...PLAIN, allow: 'POST' } },
  },
  {
    name: 'GET /policy/reload',
    method: 'GET',
    path: '/policy/reload',
    status: 405,
    answer: 'method not allowed\n',
    expectHeaders: { allow: 'POST' },
  },
  { name: 'OPTIONS with a client', method: 'OPTIONS', path: FIREWALL, status: 405, answer: 'method not allowed\n' },
  { name: 'HEAD on a GET route', method: 'HEAD', path: '/metrics', status: 200, answer: '', expectHeaders: { 'content-length': '5' } },
  { name: 'HEAD on a POST route', method: 'HEAD', path: '/policy/reload', status: 405, answer: '', expectHeaders: { allow: 'POST' } },
  { name: 'HEAD /health without a token', method: 'HEAD', path: '/health?ready', headers: {}, status: 200, answer: '' },
  { name: 'GET /health/live without a token', method: 'GET', path: '/health/live', headers: {}, status: 200, answer: '{}\n' },
  { name: 'GET /health/ready without a token', method: 'GET', path: '/health/ready?x', headers: {}, status: 200, answer: '{}\n' },
  { name: 'HEAD /health/ready without a token', method: 'HEAD', path: '/health/ready', headers: {}, status: 200, answer: '' },
  { name: 'no token on POST /health/ready', path: '/health/ready', headers: anonymous, status: 401, answer: UNAUTHORIZED },
  { name: 'no token below /health/live', method: 'GET', path: '/health/live/x', headers: {}, status: 401, answer: UNAUTHORIZED },
  { name: 'an encoded probe without a token', method: 'GET', path: '/health/%6cive', headers: {}, status: 401, answer: UNAUTHORIZED },
  { name: 'POST /health/live', path: '/health/live', status: 405, answer: 'method not allowed\n', expectHeaders: { allow: 'GET, HEAD' } },
  { name: 'POST /health', path: '/health', status: 405, answer: 'method not allowed\n', expectHeaders: { allow: 'GET, HEAD' } },
  { name: 'PATCH on a decision route', method: 'PATCH', path: '/policy/evaluate', status: 405, answer: 'method not allowed\n' },
  { name: 'an unknown path', path: '/policy/nope', status: 404, answer: '404 page not found\n', expectHeaders: PLAIN },
  { name: 'an unknown path by GET', method: 'GET', path: '/nope', status: 404, answer: '404 page not found\n' },
  { name: 'a trailing slash', path: '/policy/reload/', status: 404, answer: '404 page not found\n' },
  { name: 'another case', path: '/Policy/Reload', status: 404, answer: '404 page not found\n' },
  { name: 'a doubled slash', path: '//policy/reload', status: 404, answer: '404 page not found\n' },
  {
    name: 'a target that names its host',
    method: 'GET',
    path: 'http://elsewhere/policy/reload',
    status: 405,
    answer: 'method not allowed\n',
  },
  { name: 'a fragment, which no target has', path: '/policy/reload#x', status: 404, answer: '404 page not found\n' },
  ...['http://a?/health', 'http://a%2f/health', 'http://a;status?/health'].map((path) => ({
    name: `${path}, open to everybody in one reading and another path in a second,`,
    ...{ method: 'GET', path, headers: {}, status: 404, answer: '404 page not found\n' },
  })),
  { name: 'a name of the object prototype as method map', path: '/constructor', status: 404, answer: '404 page not found\n' },
];

/** Decisions by the canned engine: whole flows that succeed. */
export const DECISION_CASES: readonly WireCase[] = [
  {
    name: 'admission',
    ...{ path: '/policy/evaluate', body: admissionBody, status: 200 },
    answer:
      '{"data":{"verdict":"scan","reason":"awaiting \\u003cscan\\u003e","file_action":"none","install_action":"none","runtime_action":"allow"},"ok":true}\n',
    expectHeaders: { ...JSON_HEADERS, 'x-policy-revision': '0123456789ab' },
  },
  {
    name: 'a content type with parameters',
    path: FIREWALL,
    body: '{"destination":"a"}',
    headers: { ...ADMITTED, 'content-type': 'application/JSON; charset=utf-8' },
    status: 200,
    answer: '{"action":"allow","rule_name":"domain-allowlist"}\n',
  },
  {
    name: 'a local origin',
    path: FIREWALL,
    body: '{"destination":"a"}',
    headers: { ...ADMITTED, origin: 'http://[::1]:3000' },
    status: 200,
    answer: '{"action":"allow","rule_name":"domain-allowlist"}\n',
  },
  {
    name: 'the token in X-DefenseClaw-Token',
    path: FIREWALL,
    body: '{"destination":"a"}',
    headers: { ...anonymous, 'x-defenseclaw-token': TOKEN },
    status: 200,
    answer: '{"action":"allow","rule_name":"domain-allowlist"}\n',
  },
  {
    name: 'the token in X-DC-Auth behind a foreign scheme',
    path: FIREWALL,
    body: '{"destination":"a"}',
    headers: { ...anonymous, authorization: 'Basic eA==', 'x-dc-auth': `Bearer ${TOKEN}` },
    status: 200,
    answer: '{"action":"allow","rule_name":"domain-allowlist"}\n',
  },
  {
    name: 'audit',
    path: '/policy/evaluate/audit',
    body: '{}',
    status: 200,
    answer: '{"retain":true,"retain_reason":"within retention period","export_to":[]}\n',
  },
  {
    name: 'skill actions',
    path: '/policy/evaluate/skill-actions',
    body: '{"severity":"HIGH"}',
    status: 200,
    answer: '{"runtime_action":"block","file_action":"quarantine","install_action":"block","should_block":true}\n',
  },
  {
    name: 'guardrail',
    ...{ path: '/v1/guardrail/evaluate', body: '{"evaluation_id":"e1","direction":"prompt","mode":"action"}', status: 200 },
    answer: '{"action":"block","severity":"HIGH","reason":"r","scanner_sources":["local-pattern"]}\n',
  },
  {
    name: 'guardrail beside its siblings',
    ...{ path: '/policy/evaluate/guardrail', body: '{"evaluation_id":"e1","direction":"prompt","mode":"action"}', status: 200 },
    answer: '{"action":"block","severity":"HIGH","reason":"r","scanner_sources":["local-pattern"]}\n',
  },
];

const INVALID = '{"error":"invalid JSON body"}\n';

export const REFUSAL_CASES: readonly WireCase[] = [
  {
    name: 'an empty body',
    path: FIREWALL,
    status: 400,
    answer: INVALID,
    expectHeaders: { ...JSON_HEADERS, 'x-policy-revision': undefined },
  },
  { name: 'half a body', path: FIREWALL, body: '{"destination":', status: 400, answer: INVALID },
  { name: 'an array', path: FIREWALL, body: '[]', status: 400, answer: INVALID },
  { name: 'a byte order mark', path: FIREWALL, body: '\ufeff{"destination":"a"}', status: 400, answer: INVALID },
  { name: 'a port as text', path: FIREWALL, body: '{"destination":"a","port":"443"}', status: 400, answer: INVALID },
  { name: 'a port as a decimal', path: FIREWALL, body: '{"destination":"a","port":443.0}', status: 400, answer: INVALID },
  {
    name: 'a body of one byte too many',
    path: FIREWALL,
    body: `{"destination":"${'a'.repeat((1 << 20) - 17)}"}`,
    status: 400,
    answer: `{"error":"invalid JSON body","detail":"the request body exceeds ${1 << 20} bytes (http.max_body)","limit":${1 << 20}}\n`,
  },
  { name: 'no destination', path: FIREWALL, body: '{}', status: 400, answer: '{"error":"destination is required"}\n' },
  { name: 'null as a body', path: FIREWALL, body: 'null', status: 400, answer: '{"error":"destination is required"}\n' },
  {
    name: 'a foreign domain',
    path: '/policy/evaluate',
    body: '{"domain":"firewall"}',
    status: 400,
    answer: '{"error":"unsupported policy domain"}\n',
  },
  {
    name: 'no target',
    path: '/policy/evaluate',
    body: '{"input":{"target_type":"skill"}}',
    status: 400,
    answer: '{"error":"input.target_type and input.target_name are required"}\n',
  },
  { name: 'no severity', path: '/policy/evaluate/skill-actions', body: '{}', status: 400, answer: '{"error":"severity is required"}\n' },
  {
    name: 'no guardrail fields',
    path: '/v1/guardrail/evaluate',
    body: '{}',
    status: 400,
    answer: '{"error":"evaluation_id, direction, and mode are required"}\n',
  },
  {
    name: 'a blank target',
    path: '/policy/evaluate',
    body: '{"input":{"target_type":" ","target_name":"x"}}',
    status: 503,
    answer: '{"error":"policy observability identity is invalid"}\n',
  },
];
