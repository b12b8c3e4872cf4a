import type { Engine, Outcome } from '../../src/engine/engine.js';
import type { CompiledPolicy, Revision, Trigger } from '../../src/policy/revision.js';
import type { SourceReader } from '../../src/policy/source-reader.js';
import type { SourceSet } from '../../src/policy/source-set.js';
import { contentKey } from '../../src/policy/source-set.js';
import { asGatewayError } from '../../src/errors.js';

/** An engine that accepts every folder that can be read, and notes what it was asked and what it read. */
export interface RecordingEngine extends Engine {
  readonly reloads: readonly Trigger[];
  readonly outcomes: readonly Outcome[];
  /** Runs before each reading: a test lets a reload take time or spoils it here. */
  beforeRead: () => Promise<void>;
}

const EMPTY_WASM = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));

export function createRecordingEngine(policyDir: string, reader: SourceReader): RecordingEngine {
  const reloads: Trigger[] = [];
  const outcomes: Outcome[] = [];
  let current: Revision | undefined;
  const refuse = (): never => {
    throw new Error('the recording engine decides nothing');
  };
  async function read(trigger: Trigger): Promise<Pick<Outcome, 'status' | 'read' | 'error'>> {
    try {
      await engine.beforeRead();
      const source = await reader.read(policyDir, { previous: current?.source });
      if (source.id === current?.id) return { status: 'unchanged', read: contentKey(source) };
      current = revisionOf(source, trigger);
      return { status: 'reloaded', read: contentKey(source) };
    } catch (thrown) {
      const { code, message } = asGatewayError(thrown);
      return { status: 'rejected', error: { code, message } };
    }
  }
  const engine: RecordingEngine = {
    reloads,
    outcomes,
    beforeRead: () => Promise.resolve(),
    get current() {
      return current;
    },
    get lastOutcome() {
      return outcomes.at(-1);
    },
    serving: Promise.resolve(),
    evaluate: refuse,
    lease: refuse,
    async reload(trigger) {
      reloads.push(trigger);
      const previousRevision = current?.id;
      const ended = await read(trigger);
      const outcome: Outcome = {
        ...ended,
        trigger,
        asked: {},
        revision: current?.id,
        previousRevision,
        modules: current?.source.modules.length ?? 0,
        durationMs: 0,
        stages: {},
        diagnostics: [],
        at: new Date(),
      };
      outcomes.push(outcome);
      return outcome;
    },
    rehearse: refuse,
    pin: undefined,
    warm: [],
    hold: refuse,
    onPin: () => undefined,
    on: () => undefined,
    close: () => Promise.resolve(),
  };
  return engine;
}

function revisionOf(source: SourceSet, trigger: Trigger): Revision {
  const policy: CompiledPolicy = {
    modulesId: source.modulesId,
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
  };
  return { id: source.id, source, policy, data: new Uint8Array(), warnings: [], trigger, loadedAt: new Date() };
}
