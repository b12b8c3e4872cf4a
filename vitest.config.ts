import { defineConfig } from 'vitest/config';

/** What must hold whether the main process answers or serving processes do: these suites run both ways. */
const BOTH_WAYS = [
  'gateway/laws',
  'gateway/broken-save',
  'gateway/under-load',
  'gateway/runaway-rule',
  'decisions/why',
  'decisions/traces',
].map((name) => `test/integration/${name}.test.ts`);

export default defineConfig({
  test: {
    pool: 'forks',
    // Much of a test is waiting for files, children and ports: the runner's own default is one worker on two cores.
    maxWorkers: 2,
    reporters: ['default', './test/helpers/summary-reporter.ts'],
    globalSetup: './test/helpers/fresh-build.ts',
    disableConsoleIntercept: true,
    restoreMocks: true,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      // They share what they import: a process of its own for each costs more than what most of them test.
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'real', include: ['test/**/*.test.ts'], exclude: ['test/unit/**'] } },
      { extends: true, test: { name: 'served', include: BOTH_WAYS, env: { GATEWAY_TEST_PROCESSES: '2' } } },
    ],
  },
});
