import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CapabilitiesResult } from '../../src/compiler/protocol.js';
import { CATALOG } from '../../src/builtins/catalog.js';
import { OPA_VERSION } from '../../src/builtins/outreach/runtime.js';
import { ASSISTED_REASONS, OVERRIDES } from '../../src/builtins/overrides.js';
import { refusedBuiltins } from '../../src/builtins/refused.js';
import { NATIVE_OPERANDS } from '../../src/evaluator/host/native-operands.js';
import { classOf, snapshotOf } from '../../src/reference/builtins-page.js';
import { testCompiler } from '../helpers/compile.js';

describe('the built-ins of the pinned OPA', () => {
  let capabilities: CapabilitiesResult;
  let names: ReadonlySet<string>;
  let native: ReadonlySet<string>;

  beforeAll(async () => {
    capabilities = await testCompiler().capabilities();
    names = new Set(capabilities.builtins.map(({ name }) => name));
    native = new Set(capabilities.builtins.filter(({ wasmNative }) => wasmNative).map(({ name }) => name));
  });

  it('are each native, hosted, assisted, overridden or refused', () => {
    const undecided = capabilities.builtins.filter((builtin) => classOf(builtin) === undefined);
    expect(undecided.map(({ name }) => name)).toEqual([]);
  });

  it('are those of the committed list (npm run docs)', async () => {
    const written = await readFile(new URL('../../src/reference/builtins.json', import.meta.url), 'utf8');
    expect(written).toBe(snapshotOf(capabilities));
  });

  it('are of the version that opa.runtime tells', () => {
    expect(capabilities.opaVersion).toBe(OPA_VERSION);
  });

  it('are all that the host offers or refuses', () => {
    const offered = [...CATALOG.flatMap((entry) => entry.names), ...refusedBuiltins.map(({ name }) => name)];
    expect(offered.filter((name) => !names.has(name))).toEqual([]);
  });

  it('are overridden or assisted only where WebAssembly has them', () => {
    expect([...OVERRIDES, ...Object.keys(ASSISTED_REASONS)].filter((name) => !native.has(name))).toEqual([]);
  });

  it('are explained only where they are native', () => {
    expect(Object.keys(NATIVE_OPERANDS).filter((name) => !native.has(name))).toEqual([]);
  });
});
