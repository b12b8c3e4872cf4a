import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { binaryName } from '../compiler/platform-package.js';
import { mainManifest, platformManifest } from './manifests.js';
import type { SourceManifest } from './manifests.js';
import { PLATFORMS } from './platforms.js';
import type { Platform } from './platforms.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MIB = 1024 * 1024;

const USAGE = `npm run package [-- --out FOLDER] [-- --host]

Makes the tarballs that npm installs: the main package, one with the compiler for each platform, and SHA256SUMS.

  --out FOLDER  where they go, default ./packages
  --host        the compiler for this platform alone, which is quick
`;

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: path.join(ROOT, 'packages') },
    host: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

if (values.help === true) process.stdout.write(USAGE);
else packAll(path.resolve(values.out), platformsFor(values.host === true));

function platformsFor(host: boolean): readonly Platform[] {
  if (!host) return PLATFORMS;
  const found = PLATFORMS.filter(({ os, cpu }) => os === process.platform && cpu === process.arch);
  if (found.length === 0) throw new Error(`no compiler is packaged for ${process.platform}-${process.arch}`);
  return found;
}

function packAll(out: string, platforms: readonly Platform[]): void {
  mkdirSync(out, { recursive: true });
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as SourceManifest;
  const made = [...platforms.map((platform) => packPlatform(manifest, platform, out)), packMain(manifest, platforms, out)];
  const sums = made.map(({ name, bytes }) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`);
  writeFileSync(path.join(out, 'SHA256SUMS'), sums.join(''));
  for (const { name, bytes } of made) say(`${(bytes.byteLength / MIB).toFixed(1).padStart(6)} MiB  ${name}`);
  say(`in ${out}, with SHA256SUMS`);
}

/** What npm would take by `files`, with the manifest for who installs it. */
function packMain(manifest: SourceManifest, platforms: readonly Platform[], out: string): Tarball {
  const [listed] = JSON.parse(npm(['pack', '--dry-run', '--json', '--ignore-scripts'], ROOT)) as [
    { files: { path: string; mode: number }[] },
  ];
  return pack(out, (stage) => {
    for (const { path: name, mode } of listed.files) {
      cpSync(path.join(ROOT, name), path.join(stage, name));
      chmodSync(path.join(stage, name), mode);
    }
    writeFileSync(path.join(stage, 'package.json'), json(mainManifest(manifest, platforms)));
  });
}

function packPlatform(manifest: SourceManifest, platform: Platform, out: string): Tarball {
  const { os, cpu, target } = platform;
  const name = binaryName(os);
  const isHost = os === process.platform && cpu === process.arch;
  // Kept, so that what did not change is not built again.
  const built = isHost ? path.join(ROOT, 'dist/compiler') : path.join(out, 'compiler', `${os}-${cpu}`);
  say(`the compiler for ${os}-${cpu}`);
  execFileSync(process.execPath, [path.join(ROOT, 'src/compiler/service/build.mjs'), built, target], { stdio: 'inherit' });
  return pack(out, (stage) => {
    cpSync(path.join(built, name), path.join(stage, 'bin', name));
    chmodSync(path.join(stage, 'bin', name), 0o755);
    cpSync(path.join(ROOT, 'LICENSE'), path.join(stage, 'LICENSE'));
    writeFileSync(path.join(stage, 'package.json'), json(platformManifest(manifest, platform)));
    const summary = `# Rego compiler for ${os}-${cpu}\n\nInstalled with defenseclaw-gateway, which starts it.\n`;
    writeFileSync(path.join(stage, 'README.md'), summary);
  });
}

interface Tarball {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function pack(out: string, fill: (stage: string) => void): Tarball {
  const stage = mkdtempSync(path.join(tmpdir(), 'defenseclaw-package-'));
  try {
    const folder = path.join(stage, 'package');
    mkdirSync(folder);
    fill(folder);
    const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', stage], folder)) as [
      { filename: string },
    ];
    cpSync(path.join(stage, filename), path.join(out, `${filename}.new`));
    renameSync(path.join(out, `${filename}.new`), path.join(out, filename));
    return { name: filename, bytes: readFileSync(path.join(out, filename)) };
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], shell: process.platform === 'win32' });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
