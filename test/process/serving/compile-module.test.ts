import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../helpers/policies.js';

/** Exports `f`, which returns 7. */
const MODULE = '0061736d010000000105016000017f03020100070501016600000a0601040041070b';

/** Whether V8 has yet to compile `f` of the module that `compile` made. */
async function isUncompiled(compile: string): Promise<string> {
  const code = `
    import { compileModule } from ${JSON.stringify(path.join(ROOT, 'src/evaluator/compile-module.ts'))};
    const bytes = Buffer.from(${JSON.stringify(MODULE)}, 'hex');
    const { exports } = new WebAssembly.Instance(await ${compile}(bytes));
    console.log(%IsUncompiledWasmFunction(exports.f));`;
  const args = ['--allow-natives-syntax', '--import', 'tsx', '--input-type=module', '--eval', code];
  return (await promisify(execFile)(process.execPath, args)).stdout.trim();
}

describe('a compiled policy module', () => {
  it('has nothing left to compile when a decision calls it', async () => {
    expect(await isUncompiled('WebAssembly.compile')).toBe('true');
    expect(await isUncompiled('compileModule')).toBe('false');
  });
});
