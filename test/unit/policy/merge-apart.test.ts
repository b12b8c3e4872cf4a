import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.js';
import { mergeApart } from '../../../src/policy/merge-apart.js';
import { mergeData } from '../../../src/policy/merge-data.js';
import { sectionsOf } from '../../../src/policy/sections.js';
import type { SourceFile } from '../../../src/policy/source-set.js';

const RULES = [{ path: ['big', 'users'], file: 'big.rego', row: 3, kind: 'complete', digest: '' }] as const;

function file(path: string, text: string): SourceFile {
  return { path, bytes: new Uint8Array(Buffer.from(text)) };
}

/** Some megabytes, as records of people usually look. */
function records(megabytes: number): string {
  const users = Array.from({ length: megabytes * 4000 }, (_, n) => [`user${n}`, { name: 'x'.repeat(200), n }]);
  return JSON.stringify(Object.fromEntries(users));
}

/** Turns of the event loop while `work` runs. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  const counting = setInterval(() => turns++, 1);
  try {
    await work;
    return turns;
  } finally {
    clearInterval(counting);
  }
}

describe('large data', () => {
  const large = { data: [file('big/users/data.json', records(4)), file('data.yaml', 'a: 1\nb: [x]')], overlays: [] };

  it('comes to what small data would, values and all', async () => {
    const apart = await mergeApart(large, { rules: RULES, references: [] });
    const here = mergeData(large);
    expect(Buffer.compare(apart.data, here.data)).toBe(0);
    expect(apart.document).toEqual(here.document);
    expect(apart.conflicts).toMatchObject([{ code: 'policy_data_conflict', path: 'data.big.users', file: 'big.rego', row: 3 }]);
    expect([...sectionsOf(apart.data)].map(([name, json]) => [name, json.length])).toEqual(
      Object.entries(here.document).map(([name, value]) => [name, JSON.stringify(value).length]),
    );
  });

  it.each([
    ['JSON', [file('big/data.json', records(8))]],
    ['YAML', [file('data.yaml', `a: [${'{b: c}, '.repeat(4000)}]`)]],
  ])('of %s is merged while the thread that decides goes on', async (_, data) => {
    // A merge on this thread would be one turn.
    expect(await turnsDuring(mergeApart({ data, overlays: [] }, { rules: [], references: [] }))).toBeGreaterThan(5);
  });

  it('is refused with the very error, place included', async () => {
    const broken = [file('big/data.json', `${records(1).slice(0, -1)},"x":1e999999999}`)];
    const thrown: unknown = await mergeApart({ data: broken, overlays: [] }, { rules: [], references: [] }).catch(
      (error: unknown) => error,
    );
    expect(thrown).toBeInstanceOf(GatewayError);
    expect(thrown).toMatchObject({ code: 'policy_data_invalid', details: { file: 'big/data.json', path: 'data.big.x', row: 1 } });
  });

  it('leaves the files as they were, to be read again', async () => {
    await mergeApart(large, { rules: [], references: [] });
    expect(large.data[0]?.bytes.length).toBeGreaterThan(1_000_000);
  });
});
