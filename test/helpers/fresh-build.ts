import { execFileSync } from 'node:child_process';
import { ROOT } from './policies.js';

/** Tests start threads, processes and the CLI from the build: it is made anew when the sources are newer. */
export default function setup(): void {
  execFileSync(process.execPath, ['build.mjs'], { cwd: ROOT, stdio: 'inherit' });
}
