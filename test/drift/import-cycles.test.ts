import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCES = path.resolve(import.meta.dirname, '../../src');

/** Every source file with the files that it imports, types included: knip looks at what runs only. */
async function readImports(): Promise<Map<string, string[]>> {
  const names = (await readdir(SOURCES, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const known = new Set(names);
  const imports = new Map<string, string[]>();
  for (const name of names) {
    const text = await readFile(path.join(SOURCES, name), 'utf8');
    const targets = [...text.matchAll(/\bfrom '(\.[^']+)\.js'/g)].map(([, target]) => `${path.join(path.dirname(name), target ?? '')}.ts`);
    imports.set(
      name,
      targets.filter((target) => known.has(target)),
    );
  }
  return imports;
}

/** The first way back to a file from itself, or undefined. */
function findCycle(imports: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): string[] | undefined => {
    const seen = way.indexOf(name);
    if (seen >= 0) return [...way.slice(seen), name];
    if (done.has(name)) return undefined;
    for (const target of imports.get(name) ?? []) {
      const cycle = visit(target, [...way, name]);
      if (cycle !== undefined) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of imports.keys()) {
    const cycle = visit(name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

describe('the modules', () => {
  it('import each other in no circle, not even for types', async () => {
    const imports = await readImports();
    expect(imports.size).toBeGreaterThan(100);
    expect(findCycle(imports)).toBeUndefined();
  });

  it('would be told of a circle', () => {
    const imports = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]);
    expect(findCycle(imports)).toEqual(['b', 'c', 'b']);
  });
});
