import { Flags } from '@oclif/core';
import { formatDuration, parseDuration } from '../config/duration.js';
import { GatewayError } from '../errors.js';
import type { ExplainMode } from '../compiler/explanation.js';
import type { TestEngine } from '../testing/test-run.js';

/** Findings of the compiler that are shown, as many as OPA shows. */
const MAX_ERRORS = 10;
const BENCH_TIME_MS = 250;
const MAX_BENCH_TIME_MS = 60_000;
const MAX_TIMEOUT_MS = 24 * 3_600_000;

export const TEST_FORMATS = ['pretty', 'json', 'junit', 'lcov', 'gobench'] as const;

/** What `policy test` takes; where `opa test` has the same flag, it has the same letter and meaning. */
export const TEST_FLAGS = {
  // Without the letter that it has elsewhere: here -c is coverage, as for `opa test`.
  config: Flags.string({ description: 'Configuration file (default: config.yaml in the data folder)', helpGroup: 'GLOBAL' }),
  run: Flags.string({ char: 'r', description: 'Run only the tests, and cases of tests, whose full name matches this regular expression' }),
  verbose: Flags.boolean({ char: 'v', description: 'Name every test and every case, not only those that did not pass' }),
  'var-values': Flags.boolean({ description: 'Show the variables of the rule where a test failed' }),
  explain: Flags.option({
    options: ['fails', 'full', 'notes', 'debug'] as const,
    description: "Print the trace of OPA's interpreter under each test that fails",
    exclusive: ['bench'],
  })(),
  coverage: Flags.boolean({ char: 'c', description: 'Report which lines and rules the tests reach, and why others are not reached' }),
  threshold: Flags.custom<number>({
    parse: (text) => Promise.resolve(percentage(text)),
    description: 'Fail below this coverage of lines in percent; implies --coverage',
  })(),
  engine: Flags.option({
    char: 't',
    aliases: ['target'],
    options: ['both', 'wasm', 'topdown', 'rego'] as const,
    default: 'both' as const,
    description: "What runs the tests: the engine that serves (wasm), OPA's interpreter (topdown, or rego as OPA calls it), or both",
  })(),
  'exit-zero-on-skipped': Flags.boolean({ char: 'z', description: 'Do not fail because of skipped tests (todo_test_…)' }),
  'max-errors': Flags.integer({ char: 'm', min: 1, max: 10_000, default: MAX_ERRORS, description: 'Findings of the compiler to show' }),
  watch: Flags.boolean({ char: 'w', description: 'Run again what a change of a file can reach, whenever there is one' }),
  bench: Flags.boolean({
    description: 'Measure every test on the engine that serves',
    exclusive: ['watch', 'coverage', 'threshold', 'engine'],
  }),
  'bench-time': Flags.custom<number>({
    parse: (text) => Promise.resolve(milliseconds(text, MAX_BENCH_TIME_MS)),
    default: BENCH_TIME_MS,
    description: 'With --bench: time for each test, in milliseconds or as 500ms, 2s',
  })(),
  format: Flags.option({ char: 'f', options: TEST_FORMATS, default: 'pretty' as const, description: 'Shape of the report' })(),
  count: Flags.integer({
    min: 1,
    max: 100_000,
    default: 1,
    description: 'Run the tests this many times, a report each, until a run fails; with --bench: measure each test this many times',
    exclusive: ['watch'],
  }),
  ignore: Flags.string({
    multiple: true,
    delimiter: ',',
    description: "Leave out files and folders whose name matches, e.g. '*.orig.rego'; may be repeated",
  }),
  timeout: Flags.custom<number>({
    parse: (text) => Promise.resolve(milliseconds(text, MAX_TIMEOUT_MS)),
    default: 5000,
    description: 'Time that one test may take, in milliseconds or as 500ms, 10s, 1m',
  })(),
  parallel: Flags.integer({
    char: 'p',
    min: 0,
    max: 64,
    description: 'Tests that run at the same time (default, and with 0: processor cores)',
  }),
  'require-tests': Flags.boolean({ aliases: ['fail-on-empty'], description: 'Fail when the folder holds no test' }),
};

/** `rego` is what OPA calls its interpreter. */
export function engineOf({ engine }: Pick<TestFlags, 'engine'>): TestEngine {
  return engine === 'rego' ? 'topdown' : engine;
}

function percentage(text: string): number {
  const percent = Number(text);
  if (text.trim() !== '' && percent >= 0 && percent <= 100) return percent;
  throw new GatewayError('usage', `Expected a percentage from 0 to 100, got ${text}`);
}

/** Of a text with a unit, as `opa test` takes it; a bare number is milliseconds already. */
function milliseconds(text: string, most: number): number {
  const ms = /^\d+$/.test(text.trim()) ? Number(text) : parseDuration(text);
  if (ms !== undefined && ms >= 1 && ms <= most) return Math.ceil(ms);
  throw new GatewayError(
    'usage',
    `Expected a time from 1 ms to ${formatDuration(most)}, such as 500 (milliseconds), 500ms or 10s, got ${text}`,
  );
}

export interface TestFlags {
  readonly run: string | undefined;
  readonly verbose: boolean;
  readonly 'var-values': boolean;
  readonly explain: ExplainMode | undefined;
  readonly coverage: boolean;
  readonly threshold: number | undefined;
  readonly engine: TestEngine | 'rego';
  readonly 'exit-zero-on-skipped': boolean;
  readonly 'max-errors': number;
  readonly watch: boolean;
  readonly bench: boolean;
  readonly 'bench-time': number;
  readonly format: (typeof TEST_FORMATS)[number];
  readonly count: number;
  readonly ignore: readonly string[] | undefined;
  readonly timeout: number;
  readonly parallel: number | undefined;
  readonly 'require-tests': boolean;
}
