import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allowedBuiltins } from '../../../src/evaluator/linker.js';
import { ROOT } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';

/** Of the sources, where each module is a file: the build puts many into one. */
const source = (file: string): string => path.join(ROOT, 'src', file);

/** Runs a program of ours until it says something. The modules that were loaded for it by then. */
async function loadedBy(script: string): Promise<ReadonlySet<string>> {
  const dir = await tempDir();
  const list = path.join(dir, 'loaded');
  const hook = `
    import { appendFileSync } from 'node:fs';
    export async function load(url, context, next) {
      appendFileSync(${JSON.stringify(list)}, url + '\\n');
      return next(url, context);
    }`;
  const start = `import { register } from 'node:module'; register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));`;
  const child = fork(script, [], {
    execArgv: ['--import', 'tsx', '--import', `data:text/javascript,${encodeURIComponent(start)}`],
    stdio: 'inherit',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return new Set((await readFile(list, 'utf8')).split('\n'));
}

describe('a serving process', () => {
  it('has all built-ins loaded that a policy may call there, before it takes connections', async () => {
    const names = JSON.stringify(allowedBuiltins([]));
    const linker = JSON.stringify(pathToFileURL(source('evaluator/linker.ts')).href);
    const text = `import { linker } from ${linker};\nawait linker([], ${names});\nprocess.send('loaded');\n`;
    const script = path.join(await tempDir({ 'all.mjs': text }), 'all.mjs');
    const needed = [...(await loadedBy(script))].filter((url) => url !== '' && !url.endsWith('/all.mjs'));
    const loaded = await loadedBy(source('serving/process/main.ts'));
    expect(needed.filter((url) => url.includes('/builtins/')).length).toBeGreaterThan(50);
    expect(needed.filter((url) => !loaded.has(url))).toEqual([]);
  });
});
