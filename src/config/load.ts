import { homedir } from 'node:os';
import path from 'node:path';
import { GatewayError } from '../errors.js';
import { bundleProblems } from './bundle-sources.js';
import type { Config, ConfigPaths, DeepReadonly } from './config.js';
import { readConfigFile, type ConfigFile } from './config-file.js';
import { processEnvironment, readEnvironment, type Environment, type ProcessEnvironment } from './environment.js';
import { layerSettings, type Layered } from './layers.js';
import { configInvalid, describeIssues, type ConfigProblem } from './problem.js';
import { listSettings } from './setting.js';
import { settingsSchema, type Settings } from './schema.js';
import { chooseRulePack } from './rule-pack.js';
import { READ_ONCE } from './read-once.js';
import { Secret } from './secret.js';

export interface LoadOptions {
  /** Settings from the command line by dotted name, e.g. `{ 'gateway.api_port': 0 }`; undefined means not given. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Config file from the command line. Unlike the default file it has to exist. */
  readonly configFile?: string | undefined;
  /** Leaves the file out, whatever is wrong with it: who only asks a running gateway may find it with less. */
  readonly withoutFile?: boolean;
  readonly env?: ProcessEnvironment;
  /** Where relative paths of flags and variables count from. */
  readonly cwd?: string;
  /** The user's home folder. */
  readonly userHome?: string;
}

/** An absolute path: `~/` is the user's home, anything relative counts from `base`. */
function absolute(value: string, base: string, userHome: string): string {
  if (value === '~' || value.startsWith('~/')) return path.join(userHome, value.slice(1));
  return path.resolve(base, value);
}

function findConfigFile(
  options: LoadOptions,
  environment: Environment,
  home: string,
  cwd: string,
  userHome: string,
): { readonly file: string; readonly content: ConfigFile | undefined } {
  const named = options.configFile ?? environment.get('DEFENSECLAW_CONFIG')?.value;
  const file = named === undefined ? path.join(home, 'config.yaml') : absolute(named, cwd, userHome);
  if (options.withoutFile === true) return { file, content: undefined };
  const content = readConfigFile(file);
  if (content === undefined && named !== undefined) {
    throw new GatewayError('config_unreadable', `Expected a config file at ${file}`, { details: { file } });
  }
  return { file, content };
}

function validate(layered: Layered): Settings {
  const parsed = settingsSchema.safeParse(layered.values, READ_ONCE);
  if (parsed.success) return parsed.data;
  throw configInvalid(describeIssues(parsed.error.issues, layered.where));
}

function freeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === 'object' && value !== null && !(value instanceof Secret)) {
    for (const child of Object.values(value)) freeze(child);
    Object.freeze(value);
  }
  return value as DeepReadonly<T>;
}

/**
 * The settings: flags over environment over file over defaults. `.env` files of the home and of the data folder count as
 * environment, below real variables. Throws `config_invalid` naming every setting that is wrong, `config_unreadable`.
 */
export function loadConfig(options: LoadOptions = {}): Config {
  const processEnv = options.env ?? processEnvironment();
  const cwd = options.cwd ?? process.cwd();
  const userHome = options.userHome ?? homedir();
  const namedHome = processEnv['DEFENSECLAW_HOME'];
  const home = namedHome === undefined || namedHome === '' ? path.join(userHome, '.defenseclaw') : absolute(namedHome, cwd, userHome);
  const { file, content } = findConfigFile(options, readEnvironment(processEnv, [home]), home, cwd, userHome);
  const resolvePath = (value: string, fromFile: boolean): string => absolute(value, fromFile ? path.dirname(file) : cwd, userHome);

  // The data folder is found first without its own .env, which may then set everything but the data folder.
  const all = listSettings();
  const layer = (folders: readonly string[]): Layered =>
    layerSettings({ flags: options.flags ?? {}, environment: readEnvironment(processEnv, folders), file: content, settings: all });
  const first = layer([home]);
  const dataDir = pathSetting(first, 'data_dir', resolvePath) ?? home;
  const layered = layer([home, dataDir]);
  const settings = validate(layered);
  resolveFiles(settings, (value, setting) => resolvePath(value, layered.isFromFile(setting)));

  const fromBundles = followedBundles(settings, layered.where);
  const policyDir =
    fromBundles !== undefined || settings.policy_dir === ''
      ? undefined
      : (pathSetting(layered, 'policy_dir', resolvePath) ?? path.join(dataDir, 'policies'));
  const pack = chooseRulePack(settings.guardrail, policyDir, (value) =>
    resolvePath(value, layered.isFromFile(['guardrail', 'rule_pack_dir'])),
  );
  const paths: ConfigPaths = {
    home,
    configFile: file,
    dataDir,
    policyDirNamed: settings.policy_dir !== undefined,
    policyDir,
    rulePack: pack.name,
    stateFile: path.join(dataDir, 'gateway.db'),
    auditKey: path.join(dataDir, 'audit.key'),
    historyDir: path.join(dataDir, 'revisions'),
    decisionsDir: path.join(dataDir, 'decisions'),
    envFile: path.join(dataDir, '.env'),
  };
  const { notUsed = [] } = content ?? {};
  const warnings = [...layered.warnings, ...pack.warnings, ...(notUsed.length === 0 ? [] : [notUsedText(file, notUsed)])];
  return freeze({
    ...settings,
    data_dir: dataDir,
    policy_dir: fromBundles ?? settings.policy_dir ?? paths.policyDir,
    paths,
    warnings,
    notUsed,
  });
}

function notUsedText(file: string, names: readonly string[]): string {
  return `${file} holds settings of DefenseClaw that are not used here: ${names.join(', ')}`;
}

/** What stands in the place of the policy folder; undefined without bundles. Throws `config_invalid`. */
function followedBundles(settings: Settings, where: (path: readonly string[]) => string): string | undefined {
  const names = Object.keys(settings.bundles);
  const beside: readonly ConfigProblem[] =
    names.length === 0 || (settings.policy_dir ?? '') === ''
      ? []
      : [{ setting: 'policy_dir', message: 'Expected either a policy folder or bundles.', where: where(['policy_dir']) }];
  const problems = [...beside, ...bundleProblems(settings, where)];
  if (problems.length > 0) throw configInvalid(problems);
  return names.length === 0 ? undefined : `bundles: ${names.join(', ')}`;
}

/** Makes the paths of files absolute. */
function resolveFiles({ compiler, gateway }: Settings, resolve: (value: string, setting: readonly string[]) => string): void {
  const { tls, api_bind: bind } = gateway;
  if (compiler.path !== undefined) compiler.path = resolve(compiler.path, ['compiler', 'path']);
  for (const name of ['cert', 'key', 'ca'] as const) {
    const file = tls[name];
    if (file !== undefined) tls[name] = resolve(file, ['gateway', 'tls', name]);
  }
  if (bind.startsWith('unix:~/')) gateway.api_bind = `unix:${resolve(bind.slice('unix:'.length), ['gateway', 'api_bind'])}`;
}

function pathSetting(layered: Layered, key: string, resolvePath: (value: string, fromFile: boolean) => string): string | undefined {
  const value = layered.values[key];
  return typeof value === 'string' && value !== '' ? resolvePath(value, layered.isFromFile([key])) : undefined;
}
