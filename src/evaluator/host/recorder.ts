import { GatewayError } from '../../errors.js';
import type { Builtin } from '../../builtins/builtin.js';
import { isArray } from '../../builtins/operands.js';
import { formatJson } from '../../value/format-json.js';
import { evaluationFailure } from './guest-failure.js';
import type { EvaluationNotes, RecordedCase } from '../evaluator.js';

const NS_PER_MS = 1_000_000;

/** Bounds of what one test may tell. */
const MAX_LINES = 1_000;
const MAX_LINE_CHARS = 4_096;
const MAX_CASES = 10_000;

interface RunningCase {
  readonly name: readonly string[];
  readonly printed: string[];
  ns: number;
}

type Find = (name: string) => Builtin | undefined;

/** Takes down what a test prints, which cases it runs and how long it takes. */
export class Recorder {
  #printed: string[] = [];
  #cases = new Map<string, RunningCase>();
  #current: RunningCase | undefined;
  #since = 0;

  readonly print = (text: string): void => {
    if (this.#printed.length >= MAX_LINES) return;
    const line = text.slice(0, MAX_LINE_CHARS);
    this.#printed.push(line);
    this.#current?.printed.push(line);
  };

  /** Runs one evaluation. What it throws carries the notes under `details.notes`. */
  run(evaluate: () => string | undefined): { readonly result: string | undefined; readonly notes: EvaluationNotes } {
    this.#printed = [];
    this.#cases = new Map();
    this.#current = undefined;
    const started = performance.now();
    this.#since = started;
    try {
      const result = evaluate();
      return { result, notes: this.#notes(started) };
    } catch (thrown) {
      const error = evaluationFailure(thrown);
      throw new GatewayError(error.code, error.message, { cause: error, details: { ...error.details, notes: this.#notes(started) } });
    }
  }

  /** The built-ins of a test: `find`, the announcement of a case, and a refusal for what no mock caught. */
  link(find: Find): Find {
    return (name) => (name === 'internal.test_case' ? this.#testCase : (find(name) ?? refusal(name)));
  }

  readonly #testCase: Builtin = (_context, path) => {
    const name = isArray(path) ? path.map((part) => (typeof part === 'string' ? part : formatJson(part))) : [];
    const key = JSON.stringify(name);
    const now = performance.now();
    this.#settle(now);
    this.#current = this.#cases.get(key);
    if (this.#current === undefined && this.#cases.size < MAX_CASES) {
      this.#current = { name, printed: [], ns: 0 };
      this.#cases.set(key, this.#current);
    }
    return true;
  };

  /** A case lasts until the next one begins. */
  #settle(now: number): void {
    if (this.#current !== undefined) this.#current.ns += (now - this.#since) * NS_PER_MS;
    this.#since = now;
  }

  #notes(started: number): EvaluationNotes {
    const ended = performance.now();
    this.#settle(ended);
    const cases: RecordedCase[] = [...this.#cases.values()].map(({ name, printed, ns }) => ({
      ...{ name, printed },
      durationNs: Math.round(ns),
    }));
    return { printed: this.#printed, cases, durationNs: Math.round((ended - started) * NS_PER_MS) };
  }
}

function refusal(name: string): Builtin {
  return () => {
    throw new GatewayError('evaluation_builtin_failed', `no policy may call it here; mock it (with ${name} as …)`);
  };
}
