import { readFileSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import { ROOT } from './policies.js';

/** What npm packs whatever `files` says. */
const ALWAYS = ['package.json', 'README.md', 'LICENSE'];

/** Whether a file of the clone, by its path from the root, comes with the installed package. */
export function isPackaged(file: string): boolean {
  const { files } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { readonly files: readonly string[] };
  const isNamed = (pattern: string): boolean => picomatch.isMatch(file, [pattern, `${pattern}/**`]);
  const left = files.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  return ALWAYS.includes(file) || (files.some((pattern) => !pattern.startsWith('!') && isNamed(pattern)) && !left.some(isNamed));
}
