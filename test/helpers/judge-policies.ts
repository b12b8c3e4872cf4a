import type { Config } from '../../src/config/config.js';
import { loadConfig } from '../../src/config/load.js';
import { createEngine } from '../../src/engine/create-engine.js';
import { createForgetfulKeeper } from '../../src/engine/forgetful-keeper.js';
import type { Engine } from '../../src/engine/engine.js';
import type { JudgeMetrics } from '../../src/judge/create-judge.js';
import { judgeGate } from '../../src/judge/judge-gate.js';
import { silentLog } from '../../src/log.js';
import { hashFiles } from '../../src/policy/source-hash.js';
import type { SourceFile, SourceSet } from '../../src/policy/source-set.js';

const EMPTY_WASM = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));

/** A judge file by name and text. */
export function judgeFileOf(name: string, text: string): SourceFile {
  return { path: `judge/${name}`, bytes: Buffer.from(text) };
}

export async function sourceOf(judge: readonly SourceFile[], rego = 'package a'): Promise<SourceSet> {
  const modules = [{ path: 'a.rego', bytes: Buffer.from(rego) }];
  const judgeId = await hashFiles(judge);
  const id = await hashFiles([...modules, ...judge]);
  return {
    root: '/nowhere',
    id,
    checksId: await hashFiles([]),
    modulesId: await hashFiles(modules),
    judgeId,
    modules,
    tests: [],
    data: [],
    overlays: [],
    schemas: [],
    suites: [],
    judge,
    pack: [],
    unsettled: false,
  };
}

/** The real reload path over files in memory; evaluates nothing. */
export interface MemoryEngine {
  readonly engine: Engine;
  files: readonly SourceFile[];
  rego: string;
}

export function createMemoryEngine(): MemoryEngine {
  const refuse = (): never => {
    throw new Error('this engine decides nothing');
  };
  const memory: MemoryEngine = {
    files: [],
    rego: 'package a',
    engine: createEngine({
      read: () => sourceOf(memory.files, memory.rego),
      compile: ({ modulesId }) =>
        Promise.resolve({
          modulesId,
          maker: 'test',
          wasm: { modules: [EMPTY_WASM] },
          library: { id: 'none', module: EMPTY_WASM, code: new Uint8Array() },
          code: new Uint8Array(8),
          entrypoints: [],
          packages: [],
          rules: [],
          builtins: [],
          references: [],
          warnings: [],
        }),
      evaluator: { prepare: () => Promise.resolve({ evaluate: refuse, release: () => undefined }) },
      gates: [judgeGate],
      keeper: createForgetfulKeeper(),
      warm: 0,
      log: silentLog,
    }),
  };
  return memory;
}

/** Notes what was counted, one line each. */
export function recordingMetrics(): JudgeMetrics & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  return {
    lines,
    cacheHit: (...labels) => void lines.push(`hit ${labels.join(' ')}`),
    cacheMiss: (...labels) => void lines.push(`miss ${labels.join(' ')}`),
    judgeInvocation: (kind, action, severity) => void lines.push(`invocation ${kind} ${action} ${severity}`),
    judgeError: (kind, reason) => void lines.push(`error ${kind} ${reason}`),
  };
}

/** A configuration whose judge is on; `settings` are dotted names below `guardrail.judge`. */
export function judgeConfig(home: string, settings: Readonly<Record<string, unknown>> = {}): Config {
  const flags = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`guardrail.judge.${name}`, value]));
  return loadConfig({ env: { DEFENSECLAW_HOME: home }, userHome: home, cwd: home, flags: { 'guardrail.judge.enabled': true, ...flags } });
}
