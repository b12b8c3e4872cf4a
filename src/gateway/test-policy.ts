import type { TestParams, TestResult } from '../compiler/protocol.js';
import { mergeData } from '../policy/merge-data.js';
import { moduleTexts } from './module-texts.js';
import type { PolicyEngine } from './policy-engine.js';
import { readSources } from './read-sources.js';

/** Runs the tests of the folder on its own data, with OPA's own runner. Throws `policy_*`, `compiler_*`. */
export async function runPolicyTests(parts: PolicyEngine, options: Omit<TestParams, 'modules' | 'data'>): Promise<TestResult> {
  const source = await readSources(parts);
  const { data } = mergeData(source);
  return parts.compiler.test({
    ...options,
    modules: moduleTexts([...source.modules, ...source.tests]),
    data: Buffer.from(data).toString('utf8'),
  });
}
