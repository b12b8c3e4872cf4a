import { splitObject } from '../../policy/json-slices.js';
import { compileLibrary, compilePolicy } from '../../evaluator/compile-module.js';
import { EvaluationContext } from '../../evaluator/host/evaluation-context.js';
import { LoadedRevision } from '../../evaluator/host/loaded-revision.js';
import { linker } from '../../evaluator/linker.js';
import { BUNDLE } from '../record.js';
import { maskLine } from './mask-line.js';
import { DROP_ENTRYPOINT, MASK_ENTRYPOINT } from './protocol.js';
import type { Masked, MaskingRevision, MaskSettings } from './protocol.js';
import { readMasks, removal } from './rules.js';
import type { MaskRule } from './rules.js';

/** A rule of what to record may take this long for one record, in ms. */
const BUDGET_MS = 50;
const NEWLINE = 0x0a;
const END = Buffer.of(NEWLINE);

/** Asks the policy that made a decision what of it is recorded, and obeys. What cannot be asked is left out whole. */
export class LineMasker {
  readonly #settings: MaskSettings;
  readonly #always: readonly MaskRule[];
  /** Undefined: not loaded yet, or it could not be. */
  readonly #held = new Map<string, LoadedRevision | undefined>();
  readonly #context = new EvaluationContext(() => undefined);

  constructor(settings: MaskSettings) {
    this.#settings = settings;
    this.#always = settings.mask.flatMap(removal);
  }

  /** Throws GatewayError for a revision that cannot be loaded. */
  async prepare({ id, code, library, builtins, data }: MaskingRevision): Promise<void> {
    const { allowBuiltins, maxMemoryBytes } = this.#settings;
    if (this.#held.get(id) === undefined) this.#held.set(id, undefined);
    const [module, linked, link] = await Promise.all([compilePolicy(code), compileLibrary(library), linker(allowBuiltins, builtins)]);
    const source = { module, library: linked.module, wasmBytes: code.byteLength, data: { json: data }, maxMemoryBytes, link };
    if (this.#held.has(id)) this.#held.set(id, new LoadedRevision(source, this.#context));
  }

  release(id: string): void {
    this.#held.delete(id);
  }

  mask(lines: Uint8Array): Masked {
    const kept: Uint8Array[] = [];
    let dropped = 0;
    let failed = 0;
    let error: string | undefined;
    for (let start = 0; start < lines.length;) {
      const end = lines.indexOf(NEWLINE, start);
      try {
        const masked = this.#maskOne(lines.subarray(start, end));
        if (masked === undefined) dropped += 1;
        else kept.push(masked, END);
      } catch (thrown) {
        failed += 1;
        error = thrown instanceof Error ? thrown.message : String(thrown);
      }
      start = end + 1;
    }
    return { lines: Buffer.concat(kept), records: kept.length / 2, dropped, failed, ...(error === undefined ? {} : { error }) };
  }

  /** Undefined for a record that is to be dropped. */
  #maskOne(line: Uint8Array): Uint8Array | undefined {
    const id = revisionIn(line) ?? '';
    if (!this.#held.has(id)) return maskLine(line, this.#always);
    const revision = this.#held.get(id);
    if (revision === undefined) throw new Error('the masks of the revision are not loaded');
    if (this.#ask(revision, DROP_ENTRYPOINT, line) === 'true') return undefined;
    return maskLine(line, [...this.#always, ...readMasks(this.#ask(revision, MASK_ENTRYPOINT, line))]);
  }

  #ask(revision: LoadedRevision, name: string, input: Uint8Array): string | undefined {
    const entrypoint = revision.entrypoints[name];
    if (entrypoint === undefined) return undefined;
    return revision.evaluate({ entrypoint, input, strict: false, budgetMs: BUDGET_MS });
  }
}

function revisionIn(line: Uint8Array): string | undefined {
  const bundles = splitObject(line).get('bundles');
  if (bundles === undefined) return undefined;
  return (JSON.parse(Buffer.from(bundles).toString()) as { [BUNDLE]: { revision: string } })[BUNDLE].revision;
}
