/**
 * Where the script of a thread or process lies, `script` being named as beside the module that starts it: in dist that is where it is;
 * what runs from the sources (tests, benches) starts the build of it, as Node 20 does not strip types.
 */
export function builtScript(script: URL): URL {
  if (!import.meta.url.endsWith('.ts')) return script;
  const [sources, built] = ['.', '../dist/'].map((folder) => new URL(folder, import.meta.url).href);
  return new URL(script.href.replace(sources ?? '', built ?? ''));
}
