// Bundles what runs into dist, where Node then loads a dozen files instead of a thousand. Run by `npm run build:ts`, beside tsc, which checks and
// writes the types.
//
// What is bundled is found in the sources: every command, and every script that a worker thread or a process is started with as
// `new URL('./name.js', import.meta.url)`. A new one needs nothing here.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const src = path.join(root, 'src');
const dist = path.join(root, 'dist');

const filesIn = (folder) => readdirSync(folder, { recursive: true });
const sources = filesIn(src).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.startsWith('reference'));

/** Scripts of threads and processes, as source files. */
function startedScripts() {
  return sources.flatMap((name) => {
    const text = readFileSync(path.join(src, name), 'utf8');
    const found = text.matchAll(/new URL\('(\.[^']+)\.js', import\.meta\.url\)/g);
    return [...found].map(([, script]) => `${path.join(path.dirname(name), script)}.ts`);
  });
}

/** Where a file lies in dist is what it was written for: its own address stays that of the file, whichever chunk it comes to lie in. */
const ownAddress = {
  name: 'own-address',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
      const text = readFileSync(file, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const address = `(__dist + '${path.relative(src, file).replaceAll(path.sep, '/').replace(/\.ts$/, '.js')}')`;
      const contents = text
        // A package that an ES module may only require is bundled in that form.
        .replace(/createRequire\(import\.meta\.url\)\(/g, 'require(')
        .replaceAll('import.meta.url', address);
      return { contents, loader: 'ts' };
    });
  },
};

const entries = new Set([
  'index.ts',
  path.join('cli', 'main.ts'),
  ...sources.filter((name) => name.startsWith('commands')),
  ...startedScripts(),
]);

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [...entries].map((name) => path.join(src, name)),
  outdir: dist,
  outbase: src,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Native, and what oclif looks for beside commands that are not built.
  external: ['libsql', 'typescript'],
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  plugins: [ownAddress],
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module';",
      "const require = __createRequire(import.meta.url), __dist = import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/') + 6);",
    ].join(''),
  },
});

removeStale(new Set(Object.keys(metafile.outputs).map((name) => path.relative('dist', name))));
writeFileSync(path.join(dist, 'THIRD-PARTY-LICENSES.txt'), licences());

/** What earlier builds wrote and this one did not. */
function removeStale(written) {
  for (const name of filesIn(dist)) {
    if (/\.js(\.map)?$/.test(name) && !written.has(name)) rmSync(path.join(dist, name), { force: true });
  }
}

/** The licence of every package of which something is in the bundle, as each of them asks for. */
function licences() {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((name) => inputs[name].bytesInOutput > 0),
  );
  const folders = new Set(used.map((name) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1]).filter(Boolean));
  return [...folders]
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
  const texts = readdirSync(path.join(root, folder)).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  return [`${name} ${version} (${license})\n`, ...texts.map((file) => readFileSync(path.join(root, folder, file), 'utf8'))].join('\n');
}
