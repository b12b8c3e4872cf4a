import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { collectGarbage } from '../../src/collect-garbage.js';
import { compileModule } from '../../src/evaluator/compile-module.js';

const SOURCE = '(function () { return 7; })';

/** As Node keeps the code of its own modules, which every new thread takes, and the gateway that of its start. */
const kept = new Script(SOURCE).createCachedData();

let loaded = 0;

/** Under a name of its own each time: V8 looks at what it was given for a script that it does not have already. */
function isTaken(): boolean {
  return new Script(SOURCE, { cachedData: kept, filename: `${loaded++}.js` }).cachedDataRejected === false;
}

describe('code that V8 made of a script before', () => {
  it('is taken after modules were compiled', async () => {
    expect(isTaken()).toBe(true);
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    await Promise.all([compileModule(empty), compileModule(empty)]);
    await expect(compileModule(Uint8Array.of(1))).rejects.toThrow();
    expect(isTaken()).toBe(true);
  });

  it('is taken after memory was let go of', () => {
    collectGarbage();
    expect(isTaken()).toBe(true);
  });
});
