import { once } from 'node:events';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { locateBinary } from '../../../src/compiler/locate-binary.js';
import { createRegoCompiler } from '../../../src/compiler/rego-compiler.js';
import { startAhead, startService } from '../../../src/compiler/start-service.js';
import { tempDir } from '../../helpers/temp-dir.js';

const binary = locateBinary();

const started: ReturnType<typeof startService>[] = [];

function start(file: string): ReturnType<typeof startService> {
  const child = startService(file);
  started.push(child);
  return child;
}

afterEach(async () => {
  const ending = started.splice(0).filter(({ exitCode }) => exitCode === null);
  for (const child of ending) child.stdin.end();
  await Promise.all(ending.map((child) => once(child, 'exit')));
});

describe('a compiler service that was started ahead', () => {
  it('is the one that is taken, once, and answers', async () => {
    const ahead = startAhead({});
    const compiler = createRegoCompiler();
    const { opaVersion } = await compiler.versions();
    expect(opaVersion).toMatch(/^1\./);
    expect(compiler.pid).toBe(ahead?.pid);
    expect(start(binary).pid).not.toBe(ahead?.pid);
    await compiler.close();
  });

  it('ends when another one is meant', async () => {
    const ahead = startAhead({});
    if (ahead === undefined) throw new Error('Expected a service');
    const ended = once(ahead, 'exit');
    const meant = path.join(await tempDir(), 'rego-compiler');
    await symlink(binary, meant);
    expect(start(meant).spawnfile).toBe(meant);
    await ended;
  });

  it('is none where there is no service, and whoever asks is told', async () => {
    expect(startAhead({ DEFENSECLAW_REGO_COMPILER: '/nowhere/rego-compiler' })).toBeUndefined();
    const compiler = createRegoCompiler({ override: '/nowhere/rego-compiler' });
    await expect(compiler.versions()).rejects.toMatchObject({ code: 'compiler_missing' });
    await compiler.close();
  });
});
