import { describe, expect, it } from 'vitest';
import type { BuildResult } from '../../../src/compiler/protocol.js';
import { createPolicyCompile } from '../../../src/gateway/compile-policy.js';
import type { SourceSet } from '../../../src/policy/source-set.js';

const SOURCE: SourceSet = {
  ...{ root: '/policies', id: 'id', checksId: 'checks', modulesId: 'modules', judgeId: 'judge', unsettled: false },
  ...{ modules: [], tests: [], data: [], overlays: [], schemas: [], suites: [], judge: [], pack: [] },
};

const EMPTY = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

function built(wasm: Uint8Array<ArrayBuffer>): BuildResult {
  return {
    ...{ ok: true, wasm, entrypoints: [], builtins: [], packages: [], rules: [], references: [], diagnostics: [], warnings: [], tests: [] },
    keys: {},
    library: { id: 'none', code: EMPTY },
    stats: { modules: 0, parsed: 0, cached: 0, compiled: 0 },
    timings: { parse: 0, compile: 0, plan: 0 },
  };
}

describe('the compile step', () => {
  it('rejects the policy, not itself, when WebAssembly cannot load what OPA made of it', async () => {
    const compile = createPolicyCompile({
      compiler: {
        build: () => Promise.resolve(built(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0xff]))),
      },
      hosted: [],
      overrides: [],
      maker: () => 'test',
    });
    await expect(compile(SOURCE)).rejects.toMatchObject({
      code: 'policy_rejected',
      message: expect.stringMatching(/^the compiled policy cannot be loaded: /u) as string,
      cause: expect.any(Error) as Error,
    });
  });

  it('counts what is wrong beyond what the compiler lists', async () => {
    const finding = { severity: 'error', code: 'rego_type_error', message: 'undefined function f', file: 'a.rego', row: 3 } as const;
    const build = (diagnostics: BuildResult['diagnostics'], omitted?: number) =>
      createPolicyCompile({
        compiler: {
          build: () => Promise.resolve({ ...built(EMPTY), ok: false, diagnostics, ...(omitted === undefined ? {} : { omitted }) }),
        },
        hosted: [],
        overrides: [],
        maker: () => 'test',
      })(SOURCE);
    await expect(build([finding, finding], 500)).rejects.toMatchObject({
      message: 'a.rego:3: undefined function f (and 501 more)',
      details: { omitted: 500 },
    });
    await expect(build([finding])).rejects.toMatchObject({ message: 'a.rego:3: undefined function f' });
  });
});
