import { afterAll } from 'vitest';
import { createRegoCompiler } from '../../src/compiler/rego-compiler.js';
import type { RegoCompiler } from '../../src/compiler/rego-compiler.js';
import type { CompiledPolicy } from '../../src/policy/revision.js';
import { compileWith } from './compile-with.js';

let shared: RegoCompiler | undefined;

/** The compiler of this test file; ends with it. */
export function testCompiler(): RegoCompiler {
  if (shared === undefined) {
    const compiler = createRegoCompiler();
    shared = compiler;
    afterAll(() => compiler.close());
  }
  return shared;
}

/** Compiles modules given by path with the compiler of this test file; see {@link compileWith}. */
export function compileRego(modules: Readonly<Record<string, string>>, hosted?: readonly string[]): Promise<CompiledPolicy> {
  return compileWith(testCompiler(), modules, hosted);
}
