import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { moduleTexts } from '../../../src/compiler/module-texts.js';
import { DecisionIds } from '../../../src/decisions/decision-id.js';
import { recordedInputs } from '../../../src/decisions/recorded-inputs.js';
import { Replica, replicaSource } from '../../../src/evaluator/replica.js';
import { findWitness } from '../../../src/gateway/find-witness.js';
import type { BuiltSide } from '../../../src/gateway/find-witness.js';
import { compareRules } from '../../../src/history/compare/rules.js';
import { searchWitness } from '../../../src/impact/witness/search.js';
import type { WitnessOptions, WitnessSearch, WitnessSide } from '../../../src/impact/witness/search.js';
import { mergeData } from '../../../src/policy/merge-data.js';
import type { CompiledPolicy } from '../../../src/policy/revision.js';
import { compileRego, testCompiler } from '../../helpers/compile.js';
import { ROOT } from '../../helpers/policies.js';
import { sourceSet } from '../../helpers/source-set.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { HARMLESS, WIDENING } from './policy-edits.js';
import type { PolicyEdit } from './policy-edits.js';

const FOLDER = path.join(ROOT, 'policies/rego');
const SHIPPED = Object.fromEntries(
  readdirSync(FOLDER)
    .filter((name) => !name.endsWith('_test.rego'))
    .map((name) => [name, readFileSync(path.join(FOLDER, name), 'utf8')]),
);
const MEMORY = 256 * 1024 * 1024;

interface Side extends WitnessSide {
  readonly policy: CompiledPolicy;
  readonly built: BuiltSide;
}

async function sideOf(files: Readonly<Record<string, string>>): Promise<Side> {
  const source = sourceSet(files);
  const modules = Object.fromEntries(moduleTexts(source.modules).map(({ path: name, text }) => [name, text]));
  const policy = await compileRego(modules);
  const { data } = mergeData(source);
  const mined = await testCompiler().mine({ modules: moduleTexts(source.modules) });
  return {
    policy,
    built: { source, policy, data },
    mined,
    data: JSON.parse(Buffer.from(data).toString()),
    replica: await Replica.load(replicaSource({ policy, data }), MEMORY),
  };
}

function edited({ file, from, to }: PolicyEdit): Record<string, string> {
  const text = SHIPPED[file] ?? '';
  expect(text).toContain(from);
  return { ...SHIPPED, [file]: text.replace(from, () => to) };
}

function search(before: Side, after: Side, maxInputs: number, seeds: WitnessOptions['seeds'] = {}): WitnessSearch {
  const changes = compareRules(before.policy, after.policy);
  return searchWitness(before, after, {
    packages: before.policy.packages,
    edited: [...changes.added, ...changes.removed, ...changes.changed].map(({ package: name }) => name),
    rules: before.policy.entrypoints.filter(({ kind }) => kind === 'rule').map(({ path: name }) => name),
    budgetMs: 60_000,
    ...{ maxInputs, seeds },
  });
}

/** Nobody guesses a badge. */
const BADGE = 'ann-7f3a';
const badges = (condition: string): Record<string, string> => ({
  'a.rego': `package a\n\ndefault allow := false\n\nallow if {\n\tcrypto.sha256(input.badge) in data.badges\n${condition}}\n`,
  'data.json': JSON.stringify({ badges: [createHash('sha256').update(BADGE).digest('hex')] }),
});

/** A folder of decisions as earlier versions wrote it. */
async function recordedFolder(asked: string, inputs: readonly unknown[]): Promise<string> {
  const start = 1_700_000_000_000;
  const records = inputs.map((input, at) => ({
    decision_id: new DecisionIds().next(start + at),
    path: asked,
    custom: { verdict: 'true' },
    input,
  }));
  return tempDir({ [`${start}-1.jsonl`]: records.map((record) => `${JSON.stringify(record)}\n`).join('') });
}

let shipped: Promise<Side> | undefined;

describe('the search for a witness', { timeout: 300_000 }, () => {
  const found: string[] = [];

  it('finds what widening edits let through, as a small input', async () => {
    const before = await (shipped ??= sideOf(SHIPPED));
    for (const edit of WIDENING) {
      const { witness } = search(before, await sideOf(edited(edit)), 8_000);
      if (witness === undefined) continue;
      found.push(edit.name);
      expect(JSON.stringify(witness.input).length, edit.name).toBeLessThan(120);
    }
    expect(found.length, `found: ${found.join('; ')}`).toBeGreaterThanOrEqual(14);
  });

  it('says nothing of edits that narrow or mean the same', async () => {
    const before = await (shipped ??= sideOf(SHIPPED));
    for (const edit of HARMLESS) {
      const { witness } = search(before, await sideOf(edited(edit)), 1_200);
      expect(witness, edit.name).toBeUndefined();
    }
  });

  it('begins with recorded inputs, and goes on from what stands in them', async () => {
    const [before, after] = await Promise.all([sideOf(badges('\tnot input.revoked\n')), sideOf(badges(''))]);
    const recorded = await recordedInputs(await recordedFolder('a/allow', [{ badge: 'nobody' }, { badge: BADGE, revoked: false }]));
    expect(recorded).toEqual([
      { path: 'a/allow', input: { badge: BADGE, revoked: false } },
      { path: 'a/allow', input: { badge: 'nobody' } },
    ]);
    const options = { compiler: testCompiler(), maxMemoryMb: 256, budgetMs: 60_000 };
    const { witness, ...found } = await findWitness(before.built, after.built, { ...options, recorded });
    expect(found.recorded).toBe(2);
    expect(witness).toMatchObject({ path: 'a/allow', input: { badge: BADGE }, before: false, after: true });
    expect(search(before, after, 2_000)).not.toHaveProperty('witness');
  });

  it('takes names of recorded inputs that every object has for names like others', async () => {
    const folder = await recordedFolder('a', [
      JSON.parse('{"badge":"x","__proto__":{"polluted":true},"constructor":"a","toString":{"valueOf":1}}'),
    ]);
    const recorded = await recordedInputs(folder);
    const inputs = recorded.map(({ input }) => input);
    const [before, after] = await Promise.all([sideOf(badges('\tnot input.revoked\n')), sideOf(badges(''))]);
    const { failed, tried } = search(before, after, 3_000, { a: inputs });
    expect([failed, tried]).toEqual([0, 3_000]);
    expect({}).not.toHaveProperty('polluted');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
