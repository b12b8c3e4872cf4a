import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { connect } from '../../helpers/connections.js';
import { startTestGateway } from '../../helpers/gateway.js';
import { shippedPolicies } from '../../helpers/policies.js';

const FIREWALL = JSON.stringify({ destination: 'github.com', port: 443 });
const GUARDRAIL = '{"evaluation_id":"e1","direction":"prompt","mode":"action"}';
const ROUTES: readonly (readonly [method: string, route: string, body?: string])[] = [
  ['POST', '/policy/evaluate', '{"input":{"target_type":"skill","target_name":"x"}}'],
  ['POST', '/policy/evaluate/firewall', FIREWALL],
  ['POST', '/policy/evaluate/audit', '{}'],
  ['POST', '/policy/evaluate/skill-actions', '{"severity":"HIGH"}'],
  ['POST', '/policy/evaluate/sandbox', '{"skill_name":"x"}'],
  ['POST', '/policy/evaluate/guardrail', GUARDRAIL],
  ['POST', '/v1/guardrail/evaluate', GUARDRAIL],
  ['POST', '/api/v1/inspect/request', '{"content":"hello"}'],
  ['POST', '/v1/data/defenseclaw/firewall', `{"input":${FIREWALL}}`],
  ['POST', '/v1/data/defenseclaw/firewall?pretty', `{"input":${FIREWALL}}`],
  ['GET', '/v1/data/defenseclaw/firewall'],
  ['POST', '/v0/data/defenseclaw/firewall', FIREWALL],
  ['POST', '/v1/batch/data/defenseclaw/firewall', `{"inputs":{"a":${FIREWALL}}}`],
];

describe.each([0, 1])('with %i serving processes, If-Policy-Revision', (processes) => {
  it('lets a decision be made by the revision that it names, and by no other', async () => {
    const policyDir = await shippedPolicies();
    const running = await startTestGateway(policyDir, { 'http.processes': processes, 'gateway.watcher.enabled': false });
    const { engine } = running.gateway;
    const first = engine.current?.id ?? '';
    const ask = async (method: string, route: string, body: string | undefined, revision: string): Promise<readonly unknown[]> => {
      const { status, headers, text } = await running.call(method, route, body, { 'If-Policy-Revision': revision });
      return [
        status,
        headers.get('x-policy-revision'),
        status < 300 ? '' : `${headers.get('x-defenseclaw-error') ?? ''} ${text.includes(' serves, not ')}`,
      ];
    };
    for (const [method, route, body] of ROUTES) {
      const usual = await running.call(method, route, body);
      for (const named of [first, first.slice(0, 12), `"${first.slice(0, 12).toUpperCase()}"`])
        expect((await ask(method, route, body, named))[0], `${method} ${route}`).toBe(usual.status);
      expect((await ask(method, route, body, 'latest'))[0], `${method} ${route}`).toBe(400);
    }
    await appendFile(path.join(policyDir, 'rego', 'firewall.rego'), '\nextra := 1\n');
    const second = (await engine.reload('api')).revision ?? '';
    for (const [method, route, body] of ROUTES) {
      expect(await ask(method, route, body, first), `${method} ${route}`).toEqual([412, second.slice(0, 12), 'revision_mismatch true']);
      expect((await ask(method, route, body, second))[1], `${method} ${route}`).toBe(second.slice(0, 12));
    }
  });

  it('holds on a connection whose requests are recognised by their bytes', async () => {
    const policyDir = await shippedPolicies();
    const running = await startTestGateway(policyDir, { 'http.processes': processes, 'gateway.watcher.enabled': false });
    const first = running.gateway.engine.current?.id.slice(0, 12) ?? '';
    const route = '/v1/data/defenseclaw/firewall';
    const headers = { 'If-Policy-Revision': first };
    const statuses: number[] = [];
    for (let connection = 0; connection < 2; connection++) {
      const line = connect(running.url);
      for (let request = 0; request < 3; request++) statuses.push((await line.ask('POST', route, `{"input":${FIREWALL}}`, headers)).status);
      if (connection === 1) {
        await appendFile(path.join(policyDir, 'rego', 'firewall.rego'), '\nextra := 1\n');
        await running.gateway.engine.reload('api');
        statuses.push((await line.ask('POST', route, `{"input":${FIREWALL}}`, headers)).status);
      }
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 412]);
  });
});

describe('while nothing serves, If-Policy-Revision', () => {
  it('is not met by the closed form of a decision', async () => {
    const policyDir = await shippedPolicies();
    await appendFile(path.join(policyDir, 'rego', 'firewall.rego'), '\nbroken :=\n');
    const running = await startTestGateway(policyDir, { 'gateway.watcher.enabled': false });
    const answer = await running.call('POST', '/policy/evaluate/firewall', FIREWALL, { 'If-Policy-Revision': '0123456789ab' });
    expect(answer.status).toBe(412);
    expect(answer.json()).toEqual({ error: 'no revision serves, not 0123456789ab' });
  });
});
