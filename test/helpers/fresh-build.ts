import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './policies.js';

const modifiedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Tests start threads, processes and the CLI from the build: it is made anew when the sources are newer. */
export default function setup(): void {
  const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  // Written last of all: what broke off half-way is not fresh.
  const builtAt = modifiedAt(path.join(ROOT, 'dist/THIRD-PARTY-LICENSES.txt'));
  if (sources.some((name) => modifiedAt(path.join(ROOT, 'src', name)) > builtAt))
    execFileSync('npm', ['run', '--silent', 'build:ts'], { cwd: ROOT, stdio: 'inherit' });
}
