import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRegoCompiler } from '../compiler/rego-compiler.js';
import { snapshotOf } from './builtins-page.js';
import { REFERENCE_PAGES } from './pages.js';

function write(file: string, text: string): void {
  writeFileSync(fileURLToPath(new URL(file, import.meta.url)), text);
}

// Run by `npm run docs` from the sources: the pages lie beside this file. The list of built-ins comes first, a page is made of it.
const compiler = createRegoCompiler();
try {
  write('builtins.json', snapshotOf(await compiler.capabilities()));
} finally {
  await compiler.close();
}
for (const { file, render } of REFERENCE_PAGES) write(file, render());
