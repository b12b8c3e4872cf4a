import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRegoCompiler } from '../compiler/rego-compiler.js';
import { snapshotOf } from './builtins-page.js';
import { renderManifest } from './command-manifest.js';
import { REFERENCE_PAGES } from './pages.js';

function write(file: string, text: string): void {
  writeFileSync(fileURLToPath(new URL(file, import.meta.url)), text);
}

async function writeBuiltins(): Promise<void> {
  const compiler = createRegoCompiler();
  try {
    write('builtins.json', snapshotOf(await compiler.capabilities()));
  } finally {
    await compiler.close();
  }
}

// Run by `npm run docs [-- FILE…]` from the sources: the pages lie beside this file. The list of built-ins and the
// manifest come first, pages are made of them.
const wanted = process.argv.slice(2);
const isWanted = (file: string): boolean => wanted.length === 0 || wanted.includes(file);
if (isWanted('builtins.md')) await writeBuiltins();
if (isWanted('oclif.manifest.json')) write('../../oclif.manifest.json', await renderManifest());
for (const { file, render } of REFERENCE_PAGES) if (isWanted(file)) write(file, render());
