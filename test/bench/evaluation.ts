import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cp } from 'node:fs/promises';
import { ROOT, startGatewayProcess, startOpaProcess } from './daemon.js';
import type { Server } from './daemon.js';
import { load } from './load.js';
import type { Load } from './load.js';
import type { Rows } from './reload.js';
import { workerRate } from './worker-rate.js';

const SECONDS = 5;
/** Both servers get it: V8 compiles what runs often again and again for a while. */
const WARM_UP_SECONDS = 4;
const PORT = 18_182;

interface Scene {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** Slash path below /v1/data. */
  readonly entrypoint: string;
  readonly input: unknown;
}

const RBAC = `package rbac

default allow := false

allow if {
	some role in data.users[input.user]
	some grant in data.grants[role]
	grant.action == input.action
	grant.type == input.type
}
`;

function rbac(users: number): Scene {
  const grants = Object.fromEntries(
    ['admin', 'editor', 'viewer', 'auditor'].map((role) => [
      role,
      Array.from({ length: 10 }, (_, index) => ({ action: `action-${index}`, type: role })),
    ]),
  );
  const people = Object.fromEntries(Array.from({ length: users }, (_, index) => [`user-${index}`, ['viewer', 'auditor']]));
  return {
    name: `(a) RBAC, ${users.toLocaleString('en')} users`,
    files: { 'rbac.rego': RBAC, 'data.json': JSON.stringify({ users: people, grants }) },
    entrypoint: 'rbac/allow',
    input: { user: `user-${users - 1}`, action: 'action-9', type: 'auditor' },
  };
}

const RULES: Scene = {
  name: '(b) 1,000 rules on one field',
  files: {
    'rules.rego': `package rules\n\ndefault allow := false\n\n${Array.from({ length: 1000 }, (_, index) => `allow if input.role == "role-${index}"\n`).join('\n')}`,
  },
  entrypoint: 'rules/allow',
  input: { role: 'role-777' },
};

const REGEXES: Scene = {
  name: '(c) 20 regexes',
  files: {
    'regexes.rego':
      'package regexes\n\nhits contains index if {\n\tsome index, pattern in data.patterns\n\tregex.match(pattern, input.text)\n}\n',
    'data.json': JSON.stringify({
      patterns: Array.from({ length: 20 }, (_, index) => `(?i)\\b(token|secret|key)[-_ ]?${index}\\b\\s*[:=]\\s*[a-z0-9]{8,}`),
    }),
  },
  entrypoint: 'regexes/hits',
  input: { text: 'the quick brown fox keeps its secret_7 = abcdef0123456789 under the lazy dog' },
};

function domain(name: string, input: unknown, size: string): Scene {
  return { name: `(d) ${name}, ${size}`, files: {}, entrypoint: `defenseclaw/${name}`, input };
}

/** An admission input padded to about `bytes`. */
function admission(bytes: number): unknown {
  const findings = Array.from({ length: Math.floor(bytes / 70) }, (_, index) => ({
    id: `finding-${index}`,
    severity: 'LOW',
    title: 'padding text',
  }));
  return {
    target_type: 'skill',
    target_name: 'web-search',
    path: '/skills/web-search',
    block_list: [],
    allow_list: [],
    scan_result: { max_severity: 'LOW', total_findings: 3, findings },
  };
}

const DOMAINS: readonly Scene[] = [
  domain('firewall', { target_type: 'skill', destination: 'github.com', port: 443, protocol: 'tcp' }, '0.1 KB'),
  domain('skill_actions', { severity: 'HIGH', target_type: 'mcp' }, '0.1 KB'),
  domain('audit', { event_type: 'scan', severity: 'LOW', age_days: 10, export_targets: ['splunk'] }, '0.1 KB'),
  domain('sandbox', { skill_name: 'x', requested_endpoints: ['github.com'], requested_permissions: ['network'] }, '0.1 KB'),
  domain(
    'guardrail',
    {
      direction: 'prompt',
      mode: 'action',
      scanner_mode: 'local',
      local_result: { action: 'block', severity: 'HIGH', findings: ['x'], reason: 'y' },
    },
    '0.2 KB',
  ),
  domain('admission', admission(200), '0.2 KB'),
  domain('admission', admission(7_000), '7 KB'),
  domain('admission', admission(76_000), '76 KB'),
];

/** Decisions a second inside a worker, over HTTP, and of `opa run --server`, one after the other on the same machine. */
export async function benchEvaluation(): Promise<Rows> {
  const rows: Rows = {};
  for (const scene of [rbac(10), rbac(1000), rbac(100_000), RULES, REGEXES, ...DOMAINS]) {
    rows[scene.name] = await measure(scene);
    console.log(scene.name, JSON.stringify(rows[scene.name]));
  }
  return rows;
}

async function measure(scene: Scene): Promise<Record<string, number | string>> {
  const home = await mkdtemp(path.join(tmpdir(), 'defenseclaw-bench-'));
  const dir = path.join(home, 'policies');
  try {
    await mkdir(dir, { recursive: true });
    if (Object.keys(scene.files).length === 0) await cp(path.join(ROOT, 'policies/rego'), dir, { recursive: true });
    for (const [name, text] of Object.entries(scene.files)) await writeFile(path.join(dir, name), text);
    const worker = await workerRate(dir, scene.entrypoint, scene.input);
    const ours = await overHttp(await startGatewayProcess(dir, home), scene);
    const opaServer = await startOpaProcess([dir], PORT);
    const opa = opaServer === undefined ? undefined : await overHttp(opaServer, scene);
    return {
      'worker/s': worker,
      'http/s': ours.perSecond,
      'p99 ms': ours.p99,
      ...(opa === undefined
        ? {}
        : { 'opa http/s': opa.perSecond, 'opa p99 ms': opa.p99, ratio: (ours.perSecond / opa.perSecond).toFixed(2) }),
      errors: ours.errors + (opa?.errors ?? 0),
    };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function overHttp(server: Server, { entrypoint, input }: Scene): Promise<Load> {
  try {
    const url = `${server.url}/v1/data/${entrypoint}`;
    const body = JSON.stringify({ input });
    await load(url, body, WARM_UP_SECONDS);
    return await load(url, body, SECONDS);
  } finally {
    await server.stop();
  }
}
