// Builds what `node bin/run.cjs` runs, unless that is newer than everything that it is made of: `npx` and `npm link` in the clone come by here
// each time. Run by `npm run prepare`, and by the tests.
import { execSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(fileURLToPath(import.meta.url));
const modifiedAt = (name) => statSync(path.join(root, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;

const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => path.join('src', name));
const configuration = ['esbuild.config.mjs', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
// Written last of all: what broke off half-way is not fresh.
const builtAt = modifiedAt('dist/THIRD-PARTY-LICENSES.txt');

if ([...sources, ...configuration].some((name) => modifiedAt(name) > builtAt))
  execSync('npm run --silent build:ts', { cwd: root, stdio: 'inherit' });
