import { chmod, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { markerModule, ROOT } from '../../helpers/policies.js';
import { waitFor } from '../../helpers/wait-for.js';
import { createScene, marker, NO_COMPILER } from './history-gateway.js';

describe('a start that cannot serve its folder', () => {
  it.each([
    ['missing', 'policy_dir_missing', (dir: string) => rm(dir, { recursive: true })],
    ['empty', 'policy_no_modules', (dir: string) => rm(path.join(dir, 'marker.rego'))],
    ['broken', 'policy_rejected', (dir: string) => writeFile(path.join(dir, 'marker.rego'), 'package marker\n\nvalue :=\n')],
  ])('serves what served last when it is %s, and says so', async (_name, code, spoil) => {
    const scene = await createScene();
    const before = await scene.start();
    await scene.save(before, 'b');
    await before.gateway.close();
    await spoil(scene.policyDir);

    const after = await scene.start();
    expect(await marker(after)).toBe('b');
    expect(after.gateway.engine.lastOutcome).toMatchObject({ status: 'rejected', recovered: true, error: { code } });
    expect((await after.call('GET', '/health')).json()).toMatchObject({
      status: 'degraded',
      reason: `serving the last good revision (${code})`,
    });
  });

  it('goes on trying: the folder serves as soon as it is back', async () => {
    const scene = await createScene();
    await (await scene.start()).gateway.close();
    const aside = `${scene.policyDir}-aside`;
    await rename(scene.policyDir, aside);
    const running = await scene.start({ 'gateway.watcher.enabled': true });
    expect(running.gateway.engine.lastOutcome).toMatchObject({ recovered: true });
    await writeFile(path.join(aside, 'marker.rego'), markerModule('z'));
    await rename(aside, scene.policyDir);
    await waitFor('the folder to serve', async () => (await marker(running)) === 'z', 20_000);
  });

  it('takes for let through what gates let through without a word, and nothing else', async () => {
    const scene = await createScene();
    const { gateway } = await scene.start();
    const { history, engine } = gateway;
    expect(await history.passed(engine.current?.id ?? '')).toBe(true);

    await mkdir(path.join(scene.policyDir, 'judge'));
    await writeFile(path.join(scene.policyDir, 'judge', 'nobody.yaml'), 'enabled: true\n');
    expect(await engine.reload('api')).toMatchObject({ status: 'rejected', error: { code: 'policy_judge_invalid' } });
    const refused = (await history.entries()).at(-1)?.revision ?? '';
    expect(refused).not.toBe(engine.current?.id);
    expect(await history.passed(refused)).toBe(false);
    expect(await history.passed('0'.repeat(64))).toBe(false);
  });

  it('without a compiler serves the folder when the store has it, and what served last when it has not', async () => {
    const scene = await createScene();
    await (await scene.start()).gateway.close();
    const same = await scene.start(NO_COMPILER);
    expect(same.gateway.engine.lastOutcome).toMatchObject({ status: 'reloaded', trigger: 'boot' });
    expect(await marker(same)).toBe('a');
    await same.gateway.close();

    await scene.write(markerModule('b'));
    const other = await scene.start(NO_COMPILER);
    expect(other.gateway.engine.lastOutcome).toMatchObject({ recovered: true, error: { code: 'compiler_missing' } });
    expect(await marker(other)).toBe('a');
  });

  it('tries again as soon as there is a compiler', async () => {
    const scene = await createScene();
    await (await scene.start()).gateway.close();
    await scene.write(markerModule('b'));
    const compiler = path.join(scene.dataDir, 'rego-compiler');
    const running = await scene.start({ 'compiler.path': compiler });
    expect(running.gateway.engine.lastOutcome).toMatchObject({ recovered: true, error: { code: 'compiler_missing' } });
    await copyFile(path.join(ROOT, 'dist/compiler/rego-compiler'), `${compiler}.new`);
    await chmod(`${compiler}.new`, 0o755);
    await rename(`${compiler}.new`, compiler);
    await waitFor('the folder to serve', async () => (await marker(running)) === 'b', 20_000);
  });

  it('still ends without a compiler when nothing was kept', async () => {
    const scene = await createScene();
    await expect(scene.start(NO_COMPILER)).rejects.toMatchObject({ code: 'compiler_missing' });
  });

  it('notices a damaged blob, names it, and serves the revision before it', async () => {
    const scene = await createScene();
    const before = await scene.start();
    await scene.save(before, 'b');
    const { history } = before.gateway;
    const last = (await history.entries()).at(-1);
    const code = last === undefined ? undefined : (await history.manifest(last)).built?.code.hash;
    await before.gateway.close();
    const file = path.join(scene.dataDir, 'revisions/blobs', code ?? '');
    const bytes = await readFile(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(file, bytes);
    await rm(scene.policyDir, { recursive: true });

    const after = await scene.start(NO_COMPILER);
    expect(await marker(after)).toBe('a');
    expect(after.log.records.map(({ message }) => message)).toContainEqual(expect.stringContaining(file));
  });

  it('writes a damaged blob anew when the folder gives it again', async () => {
    const scene = await createScene();
    const before = await scene.start();
    const { history } = before.gateway;
    const [entry] = await history.entries();
    const code = entry === undefined ? undefined : (await history.manifest(entry)).built?.code.hash;
    await before.gateway.close();
    await writeFile(path.join(scene.dataDir, 'revisions/blobs', code ?? ''), 'spoilt');
    await (await scene.start()).gateway.close();
    const bare = await scene.start(NO_COMPILER);
    expect(await marker(bare)).toBe('a');
  });
});
