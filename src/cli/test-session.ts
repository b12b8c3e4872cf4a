import { asGatewayError, GatewayError } from '../errors.js';
import type { PolicyTests } from '../gateway/test-policy.js';
import { changedFiles } from '../policy/changed-files.js';
import type { SourceSet } from '../policy/source-set.js';
import { disagreementLine } from '../testing/test-run.js';
import type { TestRun, TestRunOptions } from '../testing/test-run.js';
import type { Columns } from './fit.js';
import type { Paint } from './paint.js';
import { renderBench, renderGoBench } from './render-bench.js';
import { renderCoverage, renderUncovered } from './render-coverage.js';
import { count, renderDiagnostics } from './render-diagnostics.js';
import { renderJunit } from './render-junit.js';
import { renderLcov } from './render-lcov.js';
import { renderTests } from './render-tests.js';
import { engineOf } from './test-flags.js';
import type { TestFlags } from './test-flags.js';
import { testProblem } from './test-problem.js';

/** Where a session writes to. */
export interface TestOutput {
  readonly log: (text: string) => void;
  readonly logToStderr: (text: string) => void;
  readonly document: (value: unknown) => void;
  readonly paint: Paint;
  readonly paintError: Paint;
  /** Width of the terminal that `log` writes to; undefined for a pipe. */
  readonly columns: Columns;
  /** And of that of `logToStderr`. */
  readonly errorColumns: Columns;
}

const NO_TESTS = 'no tests: the folder holds no *_test.rego with test_ rules';

/** Findings that JSON carries whatever is shown: a program reads them. */
const JSON_DIAGNOSTICS = 100;

/** The runs of one `policy test`. */
export class TestSession {
  readonly #tests: PolicyTests;
  readonly #dir: string;
  readonly #flags: TestFlags;
  readonly #out: TestOutput;
  #seen: SourceSet | undefined;

  constructor(tests: PolicyTests, dir: string, flags: TestFlags, out: TestOutput) {
    this.#tests = tests;
    this.#dir = dir;
    this.#flags = flags;
    this.#out = out;
  }

  /** As many runs as were asked for, until one fails. Returns the exit code. Throws `policy_*`, `compiler_*`, `usage`. */
  async run(): Promise<number> {
    const source = await this.#tests.read();
    this.#seen = source;
    for (let left = this.#flags.count; left > 1; left--) {
      const exit = await this.#test(source);
      if (exit !== 0) return exit;
    }
    return this.#test(source);
  }

  /**
   * Runs again when the folder holds something else than before, and says what is new. Throws nothing: the next save may mend it. What
   * `stop` breaks off has no exit code, and is not told.
   */
  async runAgain(stop: AbortSignal): Promise<number | undefined> {
    try {
      const before = this.#seen;
      const source = await this.#tests.read();
      this.#seen = source;
      const { added, changed, removed } = changedFiles(before, source);
      if (added.length + changed.length + removed.length === 0) return undefined;
      const what = [...changed, ...added.map((path) => `${path} (new)`), ...removed.map((path) => `${path} (removed)`)];
      this.#note(`\n${this.#noting('bold', 'changed:')} ${what.join(', ')}`);
      return await this.#test(source);
    } catch (thrown) {
      if (stop.aborted) return undefined;
      const error = asGatewayError(thrown);
      this.#fail(error);
      return error.spec.exit;
    }
  }

  /** Measures every test, as often as asked. Returns the exit code. */
  async bench(): Promise<number> {
    const { run, timeout: timeoutMs, 'bench-time': benchTimeMs, format, count: rounds } = this.#flags;
    const found = [];
    const options = { timeoutMs, benchTimeMs, rounds, ...(run === undefined ? {} : { run }) };
    for await (const benchmark of this.#tests.bench(await this.#tests.read(), options)) {
      found.push(benchmark);
      if (format === 'json') continue;
      if (format !== 'gobench') this.#out.log(renderBench(benchmark, this.#out.paint));
      else if (benchmark.status === 'pass') this.#out.log(renderGoBench(benchmark));
      else this.#out.logToStderr(renderBench(benchmark, this.#out.paintError));
    }
    if (format === 'json') this.#out.document({ benchmarks: found });
    const failed = found.filter(({ status }) => status !== 'pass').length;
    if (found.length === 0 && run !== undefined) return this.#fail(new GatewayError('tests_failed', `no test matches ${run}`));
    if (found.length === 0) this.#out.logToStderr(NO_TESTS);
    if (failed === 0) return 0;
    const why = 'only what passes is measured; `policy test` without --bench says what is wrong';
    return this.#fail(new GatewayError('tests_failed', `${count(failed, 'test')} of ${found.length} did not pass: ${why}`));
  }

  async #test(source: SourceSet): Promise<number> {
    const result = await this.#tests.run(source, this.#options());
    this.#report(result, source);
    const { ran = result.results.length, results } = result;
    if (ran < results.length) this.#note(this.#noting('dim', `${count(ran, 'test')} ran again: the others reach nothing that changed`));
    const problem = testProblem(result, this.#flags, this.#dir);
    return problem === undefined ? 0 : this.#fail(problem);
  }

  #options(): TestRunOptions {
    const { coverage, threshold, format, timeout: timeoutMs, run, parallel, explain, 'max-errors': maxErrors } = this.#flags;
    const machine = format === 'json';
    return {
      engine: engineOf(this.#flags),
      coverage: coverage || threshold !== undefined || format === 'lcov',
      coverageKinds: coverage && format !== 'lcov',
      timeoutMs,
      maxDiagnostics: machine ? Math.max(maxErrors, JSON_DIAGNOSTICS) : maxErrors,
      ...(run === undefined ? {} : { run }),
      ...(parallel === undefined || parallel === 0 ? {} : { parallel }),
      ...(explain === undefined ? {} : { explain }),
      ...(this.#flags.watch ? { remember: true } : {}),
    };
  }

  #report(result: TestRun, source: SourceSet): void {
    const { logToStderr, paintError, errorColumns } = this.#out;
    for (const difference of result.disagreements) logToStderr(disagreementLine(difference));
    const shown = result.diagnostics.slice(0, this.#flags['max-errors']);
    if (shown.length > 0) logToStderr(renderDiagnostics(shown, paintError, errorColumns));
    const more = result.diagnostics.length - shown.length + (result.omitted ?? 0);
    if (more > 0) logToStderr(paintError('dim', `and ${more} more (-m ${shown.length + more} shows them all)`));
    this.#document(result, source);
  }

  #document(result: TestRun, source: SourceSet): void {
    const { log, logToStderr, document, paint, columns } = this.#out;
    const { format, verbose, 'var-values': varValues } = this.#flags;
    const { coverage, results } = result;
    if (format === 'json') document(result);
    else if (format === 'junit') log(renderJunit(result));
    else if (format === 'lcov' && coverage !== undefined) log(renderLcov(coverage, { root: source.root, cwd: process.cwd() }));
    else if (format !== 'pretty') return;
    else if (results.length > 0) log(renderTests(result, paint, { verbose, varValues, columns }));
    else if (result.ok && this.#flags.run === undefined) logToStderr(NO_TESTS);
    if (format !== 'pretty' || coverage === undefined) return;
    log(renderCoverage(coverage, paint).join('\n'));
    if (columns === undefined) return;
    const uncovered = renderUncovered(coverage, { modules: source.modules, columns }, paint);
    if (uncovered.length > 0) log(uncovered.join('\n'));
  }

  /** Beside a report for people, and away from one for programs. */
  #note(text: string): void {
    if (this.#flags.format === 'pretty') this.#out.log(text);
    else this.#out.logToStderr(text);
  }

  get #noting(): Paint {
    return this.#flags.format === 'pretty' ? this.#out.paint : this.#out.paintError;
  }

  #fail(error: GatewayError): number {
    this.#out.logToStderr(`${this.#out.paintError('red', 'Error:')} ${error.message}`);
    return error.spec.exit;
  }
}
