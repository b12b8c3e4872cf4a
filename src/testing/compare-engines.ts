import type { TestCaseOutcome, TestOutcome } from '../compiler/protocol.js';
import { ranOutOfTime } from './out-of-time.js';
import { caseName, testName } from './test-name.js';
import type { Disagreement } from './test-run.js';

/** Every test, and every case of a table test, that ends differently. A test that one side lacks is left to the other. */
export function compareEngines(wasm: readonly TestOutcome[], topdown: readonly TestOutcome[]): Disagreement[] {
  const witnesses = new Map(topdown.map((test) => [testName(test), test]));
  return wasm.flatMap((test) => {
    const witness = witnesses.get(testName(test));
    return witness === undefined ? [] : compareTest(test, witness);
  });
}

function compareTest(wasm: TestOutcome, topdown: TestOutcome): Disagreement[] {
  const { file, row } = wasm.location;
  // What ran out of time, on either side, has no verdict to compare: it ends as it does in the gateway.
  if (ranOutOfTime(wasm) || ranOutOfTime(topdown)) return [];
  const found = compareCases(wasm, topdown);
  if (found.length > 0 || wasm.status === topdown.status) return found;
  return [{ rule: testName(wasm), file, row, wasm: wasm.status, topdown: topdown.status }];
}

/** A case that one engine does not know did not pass there. */
function compareCases(wasm: TestOutcome, topdown: TestOutcome): Disagreement[] {
  const { file, row } = wasm.location;
  if (wasm.cases === undefined || topdown.cases === undefined) return [];
  const statuses = { wasm: statusByCase(wasm.cases), topdown: statusByCase(topdown.cases) };
  const names = new Map([...wasm.cases, ...topdown.cases].map(({ name }) => [JSON.stringify(name), name]));
  return [...names].flatMap(([key, name]) => {
    const here = statuses.wasm.get(key) ?? 'fail';
    const there = statuses.topdown.get(key) ?? 'fail';
    return here === there ? [] : [{ rule: caseName(wasm, name), file, row, wasm: here, topdown: there }];
  });
}

function statusByCase(cases: readonly TestCaseOutcome[]): Map<string, TestCaseOutcome['status']> {
  return new Map(cases.map(({ name, status }) => [JSON.stringify(name), status]));
}

/** The verdict of the engine that serves, with what the interpreter knows about the why. */
export function explained(wasm: readonly TestOutcome[], topdown: readonly TestOutcome[]): TestOutcome[] {
  const witnesses = new Map(topdown.map((test) => [testName(test), test]));
  const results = wasm.map((test) => {
    const witness = witnesses.get(testName(test));
    witnesses.delete(testName(test));
    return witness === undefined ? test : explain(test, witness);
  });
  // What is no entrypoint: a function with the name of a test, which the interpreter reports as an error.
  return [...results, ...witnesses.values()].sort(byPlace);
}

function explain(wasm: TestOutcome, topdown: TestOutcome): TestOutcome {
  if (wasm.status === 'error') return topdown.error === undefined || ranOutOfTime(wasm) ? wasm : { ...wasm, error: topdown.error };
  const failures = new Map((topdown.cases ?? []).map(({ name, failedAt }) => [JSON.stringify(name), failedAt]));
  const cases = wasm.cases?.map((found): TestCaseOutcome => {
    const failedAt = failures.get(JSON.stringify(found.name));
    return found.status === 'pass' || failedAt === undefined ? found : { ...found, failedAt };
  });
  return {
    ...wasm,
    ...(cases === undefined ? {} : { cases }),
    ...(wasm.status === 'pass' || topdown.failedAt === undefined ? {} : { failedAt: topdown.failedAt }),
    ...(wasm.status === 'pass' || topdown.explanation === undefined ? {} : { explanation: topdown.explanation }),
  };
}

function byPlace(a: TestOutcome, b: TestOutcome): number {
  const [left, right] = [a.location, b.location];
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.row - right.row;
}
