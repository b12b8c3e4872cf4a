import { describe, expect, it } from 'vitest';
import { CATALOG } from '../../../src/builtins/catalog.js';
import { hostedBuiltins } from '../../../src/builtins/index.js';
import { OVERRIDES } from '../../../src/builtins/overrides.js';
import { allowedBuiltins, linker } from '../../../src/evaluator/linker.js';

describe('the catalog of built-ins', () => {
  it('names what each file offers, and nothing else', async () => {
    for (const { names, load } of CATALOG) expect(Object.keys(await load()).sort()).toEqual([...names].sort());
  });

  it('names each built-in once, and all of them', () => {
    const names = CATALOG.flatMap((entry) => entry.names);
    expect([...names].sort()).toEqual([...hostedBuiltins.keys()].sort());
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the linker', () => {
  it('finds what a module calls', async () => {
    const link = await linker([], ['sprintf']);
    expect(link('sprintf')).toBe(hostedBuiltins.get('sprintf'));
    expect(link('time.now_ns')).toBeUndefined();
  });

  it('offers what it overrides', () => {
    expect(allowedBuiltins([])).toEqual(expect.arrayContaining([...OVERRIDES]));
  });

  it.each(['http.send', 'net.lookup_ip_addr', 'opa.runtime'])('refuses %s unless the configuration names it', (name) => {
    expect(allowedBuiltins([])).not.toContain(name);
    expect(allowedBuiltins([name]).includes(name)).toBe(hostedBuiltins.has(name));
  });
});
