import { afterAll, expect, test } from 'vitest';
import { wholeLists } from '../../../src/compiler/policy-lists.js';
import type { BuildParams, BuildResult, RegoModule } from '../../../src/compiler/protocol.js';
import { createRegoCompiler } from '../../../src/compiler/rego-compiler.js';

const edited = createRegoCompiler();
const scratch = createRegoCompiler();
afterAll(() => Promise.all([edited.close(), scratch.close()]));

const KEYS = ['a', 'a/b', 'lib/base', 'nowhere'];

function params(modules: readonly RegoModule[]): BuildParams {
  return { modules, hosted: ['time.now_ns'], lint: true, keys: KEYS };
}

/** By a service that remembers the lists of nothing else: it keeps those of two sets. */
async function fromScratch(modules: readonly RegoModule[]): Promise<BuildResult> {
  for (const name of ['other', 'another']) await scratch.build(params([{ path: 'x.rego', text: `package ${name}\n\np := 1\n` }]));
  return scratch.build(params(modules));
}

/** Numbers below `below`, the same ones each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const PACKAGES = ['a', 'a.b', 'lib', 'z.y', 'odd["na me"]'];
const CHANGES = 40;

test('lists what a build from scratch lists, whatever was edited before', async () => {
  const next = numbers(7);
  let files = new Map<string, string>([['m0.rego', 'package lib\n\nbase := 0\n']]);
  let shared = 0;
  let ok = 0;
  let before: BuildResult | undefined;
  for (let change = 0; change < CHANGES; change++) {
    const earlier = new Map(files);
    // Names that UTF-16 and UTF-8 put in another order.
    const file = ['m0.rego', 'm1.rego', 'n.rego', '\u{ff5e}.rego', '\u{1f600}.rego', 'sub/m.rego'][next(6)] ?? '';
    const text = files.get(file);
    const kind = next(8);
    if (text === undefined) files.set(file, `package ${PACKAGES[next(PACKAGES.length)] ?? ''}\n`);
    else if (kind === 0 && files.size > 1) files.delete(file);
    else if (kind === 1) files.set(file, `# said before\n${text}`);
    else if (kind === 2) files.set(file, text.split('\n', 1)[0] ?? '');
    else if (kind === 3) files.set(file, `${text}rule${next(3)} := data.lib.base if time.now_ns() > 1\n`);
    else files.set(file, `${text}many${next(3)} contains ${next(9)} if input.x == data.lib.base\n`);
    const modules = [...files].map(([path, content]) => ({ path, text: content.includes('\n') ? content : `${content}\n` }));
    const [got, want] = [await edited.build(params(modules)), await fromScratch(modules)];
    const told = ({ ok, entrypoints, packages, rules, keys }: BuildResult): unknown => ({ ok, entrypoints, packages, rules, keys });
    expect(told(got), JSON.stringify(modules)).toEqual(told(want));
    if (got.ok && got.entrypoints === before?.entrypoints) shared++;
    if (got.ok) {
      ok++;
      before = got;
    } else files = earlier;
  }
  expect(ok).toBeGreaterThan(CHANGES / 2);
  expect(shared).toBeGreaterThan(0);
});

test('names the same key for an entrypoint until what it reaches changes, and none for one that asks for the time', async () => {
  const lib = { path: 'lib.rego', text: 'package lib\n\nf(x) := x\n' };
  const a = { path: 'a.rego', text: 'package a\n\np := data.lib.f(1)\n' };
  const b = { path: 'b.rego', text: 'package b\n\np := time.now_ns()\n' };
  const keys = async (...modules: readonly RegoModule[]): Promise<BuildResult['keys']> =>
    (await edited.build({ modules, hosted: ['time.now_ns'], keys: ['a', 'b'] })).keys;
  const first = await keys(lib, a, b);
  expect(Object.keys(first)).toEqual(['a']);
  expect(await keys(lib, a, { ...b, text: `${b.text}q := 1\n` })).toEqual(first);
  expect(await keys({ ...lib, text: `${lib.text}# about it\n` }, a, b)).not.toEqual(first);
  // What lies below a package is in its document.
  expect(await keys(lib, a, b, { path: 'c.rego', text: 'package a.c\n\nq := 1\n' })).not.toEqual(first);
  expect(await keys(lib, a, b, { path: 'c.rego', text: 'package a.c\n\nq := time.now_ns()\n' })).toEqual({});
});

test('refuses an answer that leaves out what was never sent', () => {
  const answer = { shortened: true, lists: 'x', entrypoints: null, packages: null, rules: [] };
  expect(() => wholeLists(answer, undefined)).toThrow('left lists out');
  expect(() => wholeLists({ ...answer, shortened: false }, undefined)).toThrow('left lists out');
});
