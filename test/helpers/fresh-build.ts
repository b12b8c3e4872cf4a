import { execFileSync } from 'node:child_process';
import { readdirSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './policies.js';

const modifiedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Tests start threads, processes and the CLI from the build: it is made anew when the sources are newer. */
export default function setup(): void {
  const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const stamp = path.join(ROOT, 'dist/.tsbuildinfo');
  const builtAt = modifiedAt(stamp);
  if (!sources.some((name) => modifiedAt(path.join(ROOT, 'src', name)) > builtAt)) return;
  execFileSync('npm', ['run', '--silent', 'build:ts'], { cwd: ROOT, stdio: 'inherit' });
  // The compiler leaves it as it is where a source was touched and not changed.
  utimesSync(stamp, new Date(), new Date());
}
