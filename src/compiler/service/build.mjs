// Builds the Go half into dist/compiler, unless it is up to date. Run by `npm run build:compiler`; `build.mjs FOLDER GOOS/GOARCH` builds it elsewhere,
// for another platform.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

const MIN_GO = [1, 25];
/** How often a build that goes on says so. */
const STILL_MS = 10_000;

const here = path.dirname(fileURLToPath(import.meta.url));
/** The folder to build into may be given. */
const out = path.resolve(process.argv[2] ?? path.join(here, '../../../dist/compiler'));
const [goos, goarch] = process.argv[3]?.split('/') ?? [];
const isWindows = (goos ?? process.platform) === (goos === undefined ? 'win32' : 'windows');
const binary = path.join(out, isWindows ? 'rego-compiler.exe' : 'rego-compiler');
const stamp = path.join(out, 'rego-compiler.sha256');

/** Hash of everything that the binary is made of, this script included. */
function sourceHash() {
  const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.go$|^go\.(mod|sum)$|^build\.mjs$/.test(file) && !file.endsWith('_test.go'))
    .sort();
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(here, file)))
      .update('\0');
  return hash.digest('hex');
}

/** `[1, 26]` of the Go on the PATH, or undefined. Asked outside the module, where no newer toolchain is fetched. */
function goVersion() {
  try {
    const found = /go(\d+)\.(\d+)/.exec(execFileSync('go', ['env', 'GOVERSION'], { cwd: tmpdir(), encoding: 'utf8' }));
    return found === null ? undefined : [Number(found[1]), Number(found[2])];
  } catch {
    return undefined;
  }
}

function isEnough(version) {
  return version !== undefined && (version[0] > MIN_GO[0] || (version[0] === MIN_GO[0] && version[1] >= MIN_GO[1]));
}

const hash = sourceHash();
if (existsSync(binary) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) process.exit(0);

const version = goVersion();
if (!isEnough(version)) {
  // Not an error: an install must not fail for it. `start` reports the same as compiler_missing.
  console.warn(
    `The Rego compiler was not built: it needs Go >= ${MIN_GO.join('.')}, and ` +
      `${version === undefined ? 'no `go` was found on the PATH' : `the PATH has Go ${version.join('.')}`}. ` +
      'Everything else is installed, but no policy can be compiled, checked or tested: `start`, `policy validate` and ' +
      '`policy test` will stop with compiler_missing. Install Go and run `npm run build`, or set ' +
      'DEFENSECLAW_REGO_COMPILER to a built rego-compiler.',
  );
  process.exit(0);
}

mkdirSync(out, { recursive: true });
// Built beside and renamed over: a running gateway keeps the file that it started from.
const fresh = `${binary}.${process.pid}`;
const start = Date.now();
const seconds = () => `${Math.round((Date.now() - start) / 1000)} s`;
console.log(
  `Compiling the Rego compiler with Go ${version.join('.')}: one to two minutes the first time, seconds with Go's caches. ` +
    'The Go module proxy has to be within reach for what is not in them.',
);
const ticking = setInterval(() => console.log(`  still compiling, ${seconds()}`), STILL_MS);
const go = spawn('go', ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', fresh, '.'], {
  cwd: here,
  stdio: 'inherit',
  env: { ...process.env, CGO_ENABLED: '0', ...(goos === undefined ? {} : { GOOS: goos, GOARCH: goarch }) },
});
const [status] = await once(go, 'close');
clearInterval(ticking);
if (status !== 0) {
  console.error(
    `The Rego compiler was not built, after ${seconds()}: see what Go says above, mend that, and run \`npm run build:compiler\`.`,
  );
  process.exit(status ?? 1);
}
console.log(`The Rego compiler was built in ${seconds()}.`);
renameSync(fresh, binary);
writeFileSync(stamp, hash);
