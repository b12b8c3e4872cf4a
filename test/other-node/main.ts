import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../helpers/policies.js';

const USAGE = `npm run test:node -- VERSION [FILTER...]

Runs the unit, integration and process tests, or those that are named, on another Node, which is taken from the npm registry: 22, 24, 26, or one version in full.
Exit codes: that of the tests; 69 when the registry gives no such Node.
`;

/** EX_UNAVAILABLE of sysexits. */
const UNAVAILABLE = 69;

const SUITES = ['test/unit', 'test/integration', 'test/process'];

/** Where those that were fetched are kept. */
const KEPT = path.join(homedir(), '.cache/defenseclaw-gateway/node');

const [version, ...filters] = process.argv.slice(2);
if (version === undefined || !/^\d+(?:\.\d+){0,2}$/u.test(version)) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  const node = fetchNode(version);
  process.exitCode = node === undefined ? UNAVAILABLE : runOn(node, filters.length === 0 ? SUITES : filters);
}

/** The program, fetched when the newest one of that version is not there yet; undefined when the registry gives none. */
function fetchNode(wanted: string): string | undefined {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = path.join(KEPT, wanted);
  mkdirSync(folder, { recursive: true });
  const npm = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--engine-strict=false', `${name}@${wanted}`];
  const { status } = spawnSync('npm', npm, { stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
  if (status !== 0) {
    process.stderr.write(`The registry gave no Node ${wanted} for ${process.platform}-${process.arch}: nothing was tested on it.\n`);
    return undefined;
  }
  return path.join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** What the tests start by name is the same Node. */
function runOn(node: string, suites: readonly string[]): number {
  const env = { ...process.env, PATH: [path.dirname(node), process.env['PATH']].join(path.delimiter) };
  spawnSync(node, ['--version'], { stdio: 'inherit' });
  const vitest = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
  return spawnSync(node, [vitest, 'run', ...suites], { cwd: ROOT, env, stdio: 'inherit' }).status ?? 1;
}
