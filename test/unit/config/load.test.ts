import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadConfig, type LoadOptions } from '../../../src/config/load.js';
import { GatewayError } from '../../../src/errors.js';
import { tempDir } from '../../helpers/temp-dir.js';

function failure(options: LoadOptions): GatewayError {
  try {
    loadConfig(options);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('Expected loadConfig to throw');
}

/** A home folder with this config file, as options of loadConfig. */
async function home(yaml: string, env: Record<string, string> = {}): Promise<LoadOptions & { readonly dir: string }> {
  const dir = await tempDir({ 'config.yaml': yaml });
  return { dir, env: { DEFENSECLAW_HOME: dir, ...env }, cwd: dir };
}

describe('loadConfig', () => {
  it('runs on defaults when there is no file', async () => {
    const userHome = await tempDir();
    const config = loadConfig({ env: {}, userHome, cwd: userHome });
    const dir = path.join(userHome, '.defenseclaw');
    expect(config.gateway).toMatchObject({ api_bind: '127.0.0.1', api_port: 18_970, token_env: 'DEFENSECLAW_GATEWAY_TOKEN' });
    expect(config.evaluation).toMatchObject({ timeout: 1000, max_memory_mb: 512 });
    expect(config.guardrail.judge.cache).toEqual({ ttl: 30_000, max_entries: 4096 });
    expect(config.policy_dir).toBe(path.join(dir, 'policies'));
    expect(config.paths).toEqual({
      home: dir,
      configFile: path.join(dir, 'config.yaml'),
      auditKey: path.join(dir, 'audit.key'),
      historyDir: path.join(dir, 'revisions'),
      decisionsDir: path.join(dir, 'decisions'),
      dataDir: dir,
      policyDirNamed: false,
      policyDir: path.join(dir, 'policies'),
      rulePack: 'default',
      stateFile: path.join(dir, 'gateway.db'),
      envFile: path.join(dir, '.env'),
    });
  });

  it.each(['', '# only a comment\n', '---\n', 'gateway:\n', '{}', 'gateway: {watcher: }'])('takes %j as nothing set', async (yaml) => {
    expect(loadConfig(await home(yaml)).gateway.api_port).toBe(18_970);
  });

  it('puts flags over variables over the file over defaults', async () => {
    const options = await home('log: {level: error, format: json}\ngateway: {api_port: 1, api_bind: 10.0.0.1}\n', {
      DEFENSECLAW_LOG_LEVEL: 'warn',
      DEFENSECLAW_GATEWAY_API_PORT: '2',
    });
    const config = loadConfig({ ...options, flags: { 'log.level': 'debug', 'gateway.api_port': undefined } });
    expect(config.log).toEqual({ level: 'debug', format: 'json' });
    expect(config.gateway).toMatchObject({ api_port: 2, api_bind: '10.0.0.1' });
  });

  it('reads variables by the kind of their setting', async () => {
    const config = loadConfig(
      await home('', {
        DEFENSECLAW_GATEWAY_WATCHER_ENABLED: 'no',
        DEFENSECLAW_EVALUATION_ALLOW_BUILTINS: 'http.send, opa.runtime',
        DEFENSECLAW_EVALUATION_TIMEOUT: '250ms',
        DEFENSECLAW_GUARDRAIL_JUDGE_TIMEOUT: '0.5',
        DEFENSECLAW_LLM_MODEL: '4',
        DEFENSECLAW_REGO_COMPILER: 'bin/compiler',
        DEFENSECLAW_LOG_LEVEL: '',
      }),
    );
    expect(config.gateway.watcher.enabled).toBe(false);
    expect(config.evaluation).toMatchObject({ allow_builtins: ['http.send', 'opa.runtime'], timeout: 250 });
    expect(config.guardrail.judge.timeout).toBe(500);
    expect(config.llm.model).toBe('4');
    expect(config.compiler.path).toBe(path.join(config.paths.home, 'bin/compiler'));
    expect(config.log.level).toBe('info');
  });

  it('counts relative paths from where they were written and keeps policy_dir as configured', async () => {
    const { dir, env } = await home('policy_dir: my/policies\ndata_dir: state\n');
    const fromFile = loadConfig({ env: env ?? {}, cwd: '/elsewhere' });
    expect(fromFile.policy_dir).toBe('my/policies');
    expect(fromFile.paths).toMatchObject({ policyDir: path.join(dir, 'my/policies'), dataDir: path.join(dir, 'state') });
    const fromFlag = loadConfig({ env: env ?? {}, cwd: '/elsewhere', userHome: '/u', flags: { policy_dir: 'p', data_dir: '~/d' } });
    expect(fromFlag.paths).toMatchObject({ policyDir: '/elsewhere/p', dataDir: '/u/d', envFile: '/u/d/.env' });
  });

  it('has no policy folder when policy_dir is empty', async () => {
    expect(loadConfig(await home('policy_dir: ""\n')).paths.policyDir).toBeUndefined();
  });

  it('lets .env files of home and data folder set variables, below real ones', async () => {
    const { dir, env } = await home('data_dir: data\n', { DEFENSECLAW_LOG_FORMAT: 'json' });
    await mkdir(path.join(dir, 'data'));
    await writeFile(path.join(dir, '.env'), 'DEFENSECLAW_LOG_FORMAT=pretty\nDEFENSECLAW_LOG_LEVEL=warn\n');
    await writeFile(path.join(dir, 'data/.env'), 'DEFENSECLAW_LOG_LEVEL=debug\nexport DEFENSECLAW_GATEWAY_API_PORT="7"\n');
    const config = loadConfig({ env: env ?? {} });
    expect(config.log).toEqual({ level: 'warn', format: 'json' });
    expect(config.gateway.api_port).toBe(7);
  });

  it('freezes the result to the bottom', async () => {
    const config = loadConfig(await home('evaluation: {allow_builtins: [http.send]}\n'));
    for (const part of [config, config.paths, config.guardrail.judge.cache, config.evaluation.allow_builtins, config.warnings]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('shows a credential to nobody who does not ask for it', async () => {
    const config = loadConfig(await home('gateway: {token: hush-hush}\nllm: {api_key: hush-hush}\n'));
    expect(config.gateway.token?.reveal()).toBe('hush-hush');
    expect(JSON.stringify(config) + inspect(config, { depth: 9 }) + String(config.gateway.token)).not.toContain('hush-hush');
  });

  it('points at a variable that looks misspelt', async () => {
    const { warnings } = loadConfig(await home('', { DEFENSECLAW_LOG_LEVLE: 'warn', DEFENSECLAW_UNRELATED_THING: '1' }));
    expect(warnings).toEqual(['Environment variable DEFENSECLAW_LOG_LEVLE is not known. Did you mean DEFENSECLAW_LOG_LEVEL?']);
  });
});

describe('a config that is wrong', () => {
  it('is refused with every problem, its place and what was meant', async () => {
    const options = await home('# gateway\ngateway:\n  api_prt: 1\nlog:\n  level: loud\nport: 4\nevaluation: {workers: 0}\n', {
      DEFENSECLAW_COMPILER_TIMEOUT: 'soon',
    });
    const error = failure({ ...options, flags: { 'http.max_body': 'x' } });
    const file = path.join(options.dir, 'config.yaml');
    expect(error.code).toBe('config_invalid');
    const lines = error.message.split('\n');
    expect(lines).toContain(`${file}:3:3: gateway.api_prt: Unknown setting. Did you mean gateway.api_port?`);
    expect(lines).toContain(`${file}:6:1: port: Unknown setting. Did you mean gateway.api_port?`);
    expect(lines.some((line) => line.startsWith(`${file}:5:3: log.level: `))).toBe(true);
    expect(lines.some((line) => line.startsWith(`${file}:7:14: evaluation.workers: `))).toBe(true);
    expect(lines.some((line) => line.startsWith('DEFENSECLAW_COMPILER_TIMEOUT: compiler.timeout: Expected a duration'))).toBe(true);
    expect(lines.some((line) => line.startsWith('command line: http.max_body: '))).toBe(true);
    expect(error.details['problems']).toHaveLength(6);
  });

  it('is refused for bundles that name what is not there', async () => {
    const bundles = 'a: {service: shop}, b: {}, c: {resource: "file:x"}, d: {service: s, signing: {keyid: k}}';
    const more = 'e: {service: s, polling: {min_delay_seconds: 9, max_delay_seconds: 8}}';
    const broken = failure(await home(`services: {s: {url: "http://127.0.0.1"}}\nbundles: {${more}}\n`));
    expect(broken.message).toContain('bundles.e.polling: Expected min_delay_seconds to be the shorter one');
    const error = failure(await home(`policy_dir: p\nservices: {s: {url: "http://127.0.0.1"}}\nbundles: {${bundles}}\n`));
    expect(error.message.split('\n').map((line) => line.replace(/^.*config\.yaml:/u, ''))).toEqual([
      '1:1: policy_dir: Expected either a policy folder or bundles.',
      expect.stringContaining('bundles.a.service: There is no services.shop.'),
      expect.stringContaining('bundles.b: Expected a `service`'),
      expect.stringContaining('bundles.c.resource: Expected file:///'),
      expect.stringContaining('bundles.d.signing: Expected a key below `keys`'),
      expect.stringContaining('bundles.d.signing.keyid: There is no keys.k.'),
    ]);
  });

  it.each([
    ['a list', '- a\n', 'Expected settings by name, got a list'],
    ['a word', 'hello\n', 'Expected settings by name, got a string'],
    ['broken YAML', 'gateway:\n  a: [1\n', 'config.yaml:3:1'],
    ['a key twice', 'log: {level: info}\nlog: {level: warn}\n', 'config.yaml:2:1'],
    ['two documents', 'log: {level: info}\n---\nlog: {level: warn}\n', 'config.yaml:2:1'],
    ['a section that is none', 'gateway: 5\n', 'config.yaml:1:1: gateway'],
    ['an alias bomb', bomb(), 'config.yaml'],
    ['a prototype', '__proto__: {log: {level: debug}}\n', '__proto__: Unknown setting'],
    ['headers that may take longer than requests', 'http: {header_timeout: 1m}\n', 'http.header_timeout'],
    ['a URL with a password', 'llm: {base_url: "http://u:p@localhost/"}\n', 'llm.base_url'],
    ['a URL of another scheme', 'llm: {base_url: "file:///etc/passwd"}\n', 'llm.base_url'],
  ])('is refused when it is %s', async (_what, yaml, expected) => {
    const error = failure(await home(yaml, { DEFENSECLAW_GATEWAY_API_PORT: '3' }));
    expect(error.code).toBe('config_invalid');
    expect(error.message).toContain(expected);
  });

  it('is refused when nested too deeply or not UTF-8', async () => {
    const deep = await home(`log: ${'['.repeat(100_000)}`);
    expect(failure(deep).code).toBe('config_invalid');
    await writeFile(path.join(deep.dir, 'config.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]));
    expect(failure(deep).code).toBe('config_invalid');
  });

  it('is unreadable when it is too large, a folder, or named and missing', async () => {
    const large = await home(`# ${'x'.repeat(1024 * 1024)}\n`);
    expect(failure(large).code).toBe('config_unreadable');
    expect(failure({ ...large, configFile: '.' }).code).toBe('config_unreadable');
    expect(failure({ ...large, configFile: 'absent.yaml' }).code).toBe('config_unreadable');
    expect(failure({ ...large, env: { DEFENSECLAW_CONFIG: 'absent.yaml' } }).code).toBe('config_unreadable');
  });

  it('may be a symlink', async () => {
    const dir = await tempDir({ 'real.yaml': 'log: {level: warn}\n' });
    await symlink('real.yaml', path.join(dir, 'config.yaml'));
    expect(loadConfig({ env: { DEFENSECLAW_HOME: dir } }).log.level).toBe('warn');
  });
});

/** 9 levels of 10 references each: a billion values from 400 bytes. */
function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(',')}]`);
  return ['a0: &a0 [x]', ...levels].join('\n');
}
