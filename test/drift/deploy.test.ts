import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { listSettings } from '../../src/config/setting.js';
import { TOKEN_VARIABLE } from '../../src/config/token.js';
import { LIVE_PATH, READY_PATH } from '../../src/http/exchange.js';
import { createDecisionMetrics } from '../../src/telemetry/metrics/combined.js';
import { createMetrics } from '../../src/telemetry/metrics.js';
import { ROOT } from '../helpers/policies.js';
import { DASHBOARD_SCHEMA } from './dashboard-schema.js';

const DEPLOY = path.join(ROOT, 'src/deploy');
const text = (name: string): string => readFileSync(path.join(DEPLOY, name), 'utf8');
const files = readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' });
const yamlFiles = files.filter((name) => name.endsWith('.yaml'));
const installed = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

interface Rule {
  readonly alert: string;
  readonly expr: string;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
}

const rules = (parse(text('prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(text('grafana/dashboard.json')) as { panels: Panel[] };
const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
];

it('has YAML without a key that is there twice', () => {
  expect(yamlFiles.length).toBeGreaterThan(5);
  for (const name of yamlFiles) for (const document of parseAllDocuments(text(name))) expect([name, document.errors]).toEqual([name, []]);
});

describe('what the files tell the gateway', () => {
  const known = new Set(['DEFENSECLAW_HOME', TOKEN_VARIABLE, ...listSettings().map(({ env }) => env)]);

  it('are variables that it has', () => {
    const used = files
      .filter((name) => /Dockerfile$|\.yaml$|\.service$/u.test(name))
      .flatMap((name) => [...text(name).matchAll(/\bDEFENSECLAW_[A-Z_]+\b/gu)].map(([variable]) => `${name} ${variable}`));
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((one) => !known.has(one.split(' ').at(-1)))).toEqual([]);
  });

  it('are paths that it answers', () => {
    const probes = files
      .filter((name) => /Dockerfile$|\.yaml$/u.test(name))
      .flatMap((name) => [...text(name).matchAll(/\/health\/\w+/gu)].map(([probe]) => probe));
    expect(new Set(probes)).toEqual(new Set([LIVE_PATH, READY_PATH]));
  });
});

describe('the metrics that are asked for', () => {
  const metrics = new Map(
    createMetrics()
      .describe()
      .map((metric) => [metric.name, metric]),
  );
  /** Labels that Prometheus adds, and those of a histogram's buckets. */
  const GIVEN = ['job', 'instance', 'le'];

  /** The metric that a series belongs to. */
  const metricOf = (series: string): string => (metrics.has(series) ? series : series.replace(/_(?:bucket|sum|count)$/u, ''));

  it.each(expressions)('by %s are there, with these labels', (_, expr) => {
    const series = [...expr.matchAll(/\b(?:defenseclaw|process|nodejs)_\w+/gu)].map(([name]) => metricOf(name));
    expect(series.filter((name) => !metrics.has(name))).toEqual([]);
    const has = [...GIVEN, ...series.flatMap((name) => metrics.get(name)?.labels ?? [])];
    const asked = [
      ...[...expr.matchAll(/\{([^}]*)\}/gu)].flatMap(([, inner = '']) => [...inner.matchAll(/(\w+)\s*[=!]/gu)].map(([, label]) => label)),
      ...[...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/gu)].flatMap(([, inner = '']) => inner.split(',').map((label) => label.trim())),
    ];
    expect(asked.filter((label) => !has.includes(label ?? ''))).toEqual([]);
  });

  it('have the names of what they are', () => {
    const found = [...metrics.values()].filter(({ type, name }) => (type === 'counter') !== name.endsWith('_total'));
    expect(found).toEqual([]);
  });
});

describe('the alerts', () => {
  it('are each tried', () => {
    const { tests } = parse(text('prometheus/alerts.test.yaml')) as { tests: { name: string }[] };
    expect(rules.map(({ alert }) => alert).filter((alert) => !tests.some(({ name }) => name === alert))).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('is one', () => {
    const validate = new Ajv().compile(DASHBOARD_SCHEMA);
    validate(dashboard);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('has panels beside each other', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

describe.runIf(installed('promtool'))('promtool', () => {
  const promtool = (args: readonly string[], input?: string): void => {
    execFileSync('promtool', args, { cwd: path.join(DEPLOY, 'prometheus'), input, stdio: ['pipe', 'pipe', 'pipe'] });
  };

  it('finds nothing to say of the scrape configuration', () => {
    promtool(['check', 'config', '--syntax-only', 'prometheus.yaml']);
  });

  it('sees every alert fire, and none when all is well', () => {
    promtool(['test', 'rules', 'alerts.test.yaml']);
  });

  it('finds nothing to say of what a scrape gets, with serving processes and without', async () => {
    const metrics = createMetrics();
    promtool(['check', 'metrics'], await metrics.text());
    const process = createDecisionMetrics();
    process.evaluation('firewall', 'deny', 0.001);
    process.httpRequest('POST', '/v1/data', 200, 0.001);
    metrics.includeProcesses(async () => [await process.snapshot()]);
    promtool(['check', 'metrics'], await metrics.text());
  });
});

it.runIf(installed('systemd-analyze'))('has a unit that systemd takes', () => {
  execFileSync('systemd-analyze', ['verify', path.join(DEPLOY, 'systemd/defenseclaw-gateway.service')], { stdio: 'pipe' });
});
