import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { REFERENCE_PAGES } from './pages.js';

// Run by `npm run docs` from the sources: the pages lie beside this file.
for (const { file, render } of REFERENCE_PAGES) {
  writeFileSync(fileURLToPath(new URL(file, import.meta.url)), render());
}
