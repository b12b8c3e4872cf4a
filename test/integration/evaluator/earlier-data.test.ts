import { expect, it } from 'vitest';
import { EarlierData } from '../../../src/evaluator/host/earlier-data.js';
import type { LoadedRevision } from '../../../src/evaluator/host/loaded-revision.js';
import type { CompiledPolicy } from '../../../src/policy/revision.js';
import { compileRego } from '../../helpers/compile.js';
import { loadedRevision } from '../../helpers/loaded-revision.js';

const DATA = JSON.stringify({
  nothing: [null, true, false, {}, [], '', 'é\u0000𝄞'],
  numbers: [0, -1, 1.5, 12_345_678_901_234, 1e300],
  roles: Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`role-${index}`, [index, `name ${index}`]])),
});

function policy(edit: string): Promise<CompiledPolicy> {
  return compileRego({
    'p.rego': `package p\n\n# ${edit}\nsaid := "${edit}"\n\nrole := data.roles[input.name]\n\nall_of_it := [data.nothing, data.numbers, data.roles]\n`,
  });
}

/** Loads one revision after the other as a process does that serves them. */
function processOf(earlier = new EarlierData()): (policy: CompiledPolicy, text?: string) => LoadedRevision {
  return (compiled, text = DATA) => {
    const json = Buffer.from(text);
    const revision = loadedRevision(compiled, earlier.of(json, compiled.library.module));
    earlier.note({ library: compiled.library.module, json, image: revision.image });
    return revision;
  };
}

function answer(revision: LoadedRevision, rule: string, input?: string): unknown {
  const asked = { entrypoint: revision.entrypoints[`p/${rule}`] ?? -1, strict: false };
  return JSON.parse(revision.evaluate({ ...asked, input: input === undefined ? undefined : Buffer.from(input) }) ?? 'null');
}

it('takes the data of the revision before, where it is the same, and answers as from its text', async () => {
  const load = processOf();
  const first = load(await policy('one'));
  const second = load(await policy('two'));
  expect(second.image).toBe(first.image);
  expect(answer(second, 'all_of_it')).toEqual(Object.values(JSON.parse(DATA) as object));
  for (let round = 0; round < 3; round++) {
    expect(answer(second, 'role', '{"name":"role-199"}')).toEqual([199, 'name 199']);
    expect(answer(second, 'said')).toBe('two');
    expect(answer(first, 'said')).toBe('one');
  }
});

it('parses other data, also where only one byte differs', async () => {
  const load = processOf();
  const first = load(await policy('one'));
  const second = load(await policy('two'), DATA.replace('name 7"', 'name 8"'));
  expect(second.image).not.toBe(first.image);
  expect(answer(second, 'role', '{"name":"role-7"}')).toEqual([7, 'name 8']);
});

it('parses it again where constants of the new revision lie where it was', async () => {
  const load = processOf();
  const first = load(await policy('one'));
  const second = load(await policy('x'.repeat(3 * DATA.length)));
  expect(second.image).not.toBe(first.image);
  expect(answer(second, 'role', '{"name":"role-7"}')).toEqual([7, 'name 7']);
  // And the one after it has the room of that one.
  expect(load(await policy('two')).image).toBe(second.image);
});
