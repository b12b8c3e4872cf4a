// Bundles what runs into dist, where Node then loads a dozen files instead of a thousand. Run by `npm run build:ts`, beside tsc, which checks and
// writes the types.
//
// What is bundled is found in the sources: every command, and every script that a worker thread or a process is started with as
// `new URL('./name.js', import.meta.url)`. A new one needs nothing here.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const src = path.join(root, 'src');
const dist = path.join(root, 'dist');

const filesIn = (folder) => readdirSync(folder, { recursive: true });
const sources = filesIn(src).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !/^(?:reference|packaging)/.test(name));

/** Scripts of threads and processes, as source files. */
function startedScripts() {
  const scripts = sources.flatMap((name) => {
    const text = readFileSync(path.join(src, name), 'utf8');
    const found = text.matchAll(/new URL\('(\.[^']+)\.js', import\.meta\.url\)/g);
    return [...found].map(([, script]) => `${path.join(path.dirname(name), script)}.ts`);
  });
  return new Set(scripts);
}

const { resolve: resolvePackage } = createRequire(import.meta.url);

/** Those that have a charset of their own, and what bodies come as. */
function ownTypes(types) {
  const bodies = [
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'text/plain',
    'text/html',
    'text/event-stream',
  ];
  return Object.fromEntries(Object.entries(types).filter(([name, { charset }]) => charset !== undefined || bodies.includes(name)));
}

/** What is bundled and never used: each thread would read it in. */
const unused = {
  name: 'unused',
  setup({ onResolve, onLoad }) {
    // The SDK's own built-ins, with its YAML: ours are called in their place.
    onResolve({ filter: /^\.\/builtins\/index$/ }, ({ importer }) =>
      importer.includes('opa-wasm') ? { path: 'sdk-builtins', namespace: 'empty' } : undefined,
    );
    // What oclif says about old Node versions is said by npm at the installation.
    onResolve({ filter: /^semver$/ }, () => ({ path: 'semver', namespace: 'empty' }));
    // What prom-client asks for exemplars, which are noted without it.
    onResolve({ filter: /^@opentelemetry\/api$/ }, ({ importer }) =>
      importer.includes('prom-client') ? { path: 'opentelemetry', namespace: 'empty' } : undefined,
    );
    // Koa looks up the kind of what it answers with: thousands of types that are none of ours take longer to sort than to load it.
    onLoad({ filter: /mime-db[\\/]db\.json$/ }, ({ path: file }) => ({
      contents: JSON.stringify(ownTypes(JSON.parse(readFileSync(file, 'utf8')))),
      loader: 'json',
    }));
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

/**
 * The driver of SQLite looks for its native part by asking Node for a whole diagnostic report, to see which C library this is, and in a dozen files.
 * Who waits for a start waits for that.
 */
const driver = {
  name: 'driver',
  setup({ onLoad }) {
    onLoad({ filter: /@neon-rs[\\/]load[\\/]dist[\\/]index\.js$/ }, ({ path: file }) => ({
      contents: patched(file, 'const report = process.report?.getReport();', "return require('detect-libc').familySync() === 'glibc';"),
    }));
    // A package of the driver's: not every package manager lays it where others find it.
    onLoad({ filter: /node_modules[\\/]libsql[\\/]index\.js$/ }, ({ path: file }) => ({
      contents: patched(
        file,
        'return require(`@libsql/${target}`);',
        `try {
          return require(\`@libsql/\${target}\`);
        } catch (error) {
          if (error.code !== 'MODULE_NOT_FOUND') throw error;
          const driver = 'libsql';
          return require('node:module').createRequire(require.resolve(driver))(\`@libsql/\${target}\`);
        }`,
      ),
    }));
  },
};

/**
 * What oclif loads before it knows whether it needs it: to find plugins, to write help, to colour errors. A start that goes well needs none of them.
 * Each comes with its first use, and the one that traces only if it is asked for.
 */
const later = {
  name: 'later',
  setup({ onResolve, onLoad, resolve }) {
    const namespace = 'later';
    onResolve({ filter: /^[a-z]/ }, async ({ path: name, importer, kind, resolveDir, pluginData }) => {
      if (pluginData === namespace || kind !== 'require-call' || !/@oclif[\\/]core[\\/]/.test(importer)) return undefined;
      const found = await resolve(name, { kind, importer, resolveDir, pluginData: namespace });
      return found.external || found.namespace !== 'file' ? found : { path: path.relative(root, found.path), namespace };
    });
    onLoad({ filter: /.*/, namespace }, ({ path: name }) => {
      const file = path.join(root, name);
      const real = `require(${JSON.stringify(file)})`;
      const contents = /[\\/]debug[\\/]/.test(file)
        ? `module.exports = process.env.DEBUG ? ${real} : () => Object.assign(() => {}, { enabled: false });`
        : `const real = () => ${real};
           module.exports = new Proxy(function () {}, {
             get: (_, key) => (key === '__esModule' ? true : key === 'default' && !real().__esModule ? real() : real()[key]),
             apply: (_, self, values) => Reflect.apply(real(), self, values),
           });`;
      return { contents, loader: 'js', resolveDir: path.dirname(file) };
    });
  },
};

/** The text of a file with one piece of it in another's place. */
function patched(file, piece, other) {
  const text = readFileSync(file, 'utf8');
  if (text.split(piece).length !== 2) throw new Error(`Expected ${file} to hold once: ${piece}`);
  return text.replace(piece, () => other);
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

const plugins = [ownAddress, driver, unused];

const commands = ['index.ts', 'cli/main.ts', ...sources.filter((name) => name.startsWith('commands'))];

/** What is the same for each run is found out once, here. */
const define = { LISTED_SETTINGS: JSON.stringify(await listSettings()) };

/** What of the package a command that is loaded already is asked about. */
function ownPackage() {
  const { name, version, type, oclif } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const { bin, binAliases, dirname, topicSeparator, additionalHelpFlags, additionalVersionFlags } = oclif;
  return { name, version, type, oclif: { bin, binAliases, dirname, topicSeparator, additionalHelpFlags, additionalVersionFlags } };
}

/**
 * One build for what may run in one process, one for the start, which is one script so that V8's code of it can be kept, and one for each script
 * that has a thread or a process of its own: what they share is then no chunk, which each of them would have to open.
 */
const metafiles = await Promise.all([bundle(commands), bundleStart(), ...[...startedScripts()].map((script) => bundle([script]))]);
const outputs = Object.assign({}, ...metafiles.map(({ outputs }) => outputs));

/** The script and what loads it, which knows it by its name. */
async function bundleStart() {
  const script = await bundle(['start-bundle.ts'], {
    define: { ...define, OWN_PACKAGE: JSON.stringify(ownPackage()) },
    entryNames: '[dir]/[name]-[hash]',
    outExtension: { '.js': '.cjs' },
    splitting: false,
    format: 'cjs',
    banner: { js: '(function (module, exports, require, __dist) {' },
    footer: { js: '})' },
    plugins: [later, ...plugins],
  });
  const [file] = Object.keys(script.outputs).filter((name) => name.endsWith('.cjs'));
  escapeRest(path.join(root, file));
  const loader = await bundle(['cli/run-start.ts'], {
    define: { START_BUNDLE: JSON.stringify(path.basename(file)) },
    outExtension: { '.js': '.cjs' },
    splitting: false,
    format: 'cjs',
    banner: { js: "const __dist = require('node:url').pathToFileURL(require('node:path').dirname(__dirname)).href + '/';" },
  });
  return { outputs: { ...script.outputs, ...loader.outputs } };
}

/** esbuild leaves regular expressions as they are. What is ASCII is read as it lies there, in a fifth of the time. */
function escapeRest(file) {
  const text = readFileSync(file, 'utf8').replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  writeFileSync(file, text, 'latin1');
}

async function bundle(names, options = {}) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => ({ in: path.join(src, name), out: name.replace(/\.ts$/, '') })),
    outdir: dist,
    outbase: src,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    // Names stay: they stand in stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    platform: 'node',
    target: 'node20.19',
    // What oclif looks for beside commands that are not built; and what few turn on, whose copies would be half a megabyte in each script that
    // can need it.
    external: ['typescript', '@opentelemetry/*'],
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    // One table of media types, where several versions of one package bring one each.
    alias: { 'mime-db': path.dirname(resolvePackage('mime-db', { paths: [resolvePackage('koa')] })) },
    plugins,
    define,
    banner: {
      js: [
        "import { createRequire as __createRequire } from 'node:module';",
        "const require = __createRequire(import.meta.url), __dist = import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/') + 6);",
      ].join(''),
    },
    ...options,
  });
  return metafile;
}

removeStale(new Set(Object.keys(outputs).map((name) => path.relative('dist', name))));
writeFileSync(path.join(dist, 'THIRD-PARTY-LICENSES.txt'), licences());

async function listSettings() {
  const { outputFiles } = await build({
    entryPoints: [path.join(src, 'config/setting.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  const { listSettings: list } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
  return list();
}

/** What earlier builds wrote and this one did not, and what V8 made of it. */
function removeStale(written) {
  for (const name of filesIn(dist)) {
    if (/\.c?js(\.map|\..*\.code)?$/.test(name) && !written.has(name)) rmSync(path.join(dist, name), { force: true });
  }
}

/** The licence of every package of which something is in the bundle, as each of them asks for. */
function licences() {
  const used = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs).filter((name) => inputs[name].bytesInOutput > 0));
  const folders = new Set(used.map((name) => /^(?:\w+:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1]).filter(Boolean));
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
