import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  entry: [
    'src/index.ts',
    'src/cli/main.ts',
    'src/cli/run-start.ts',
    'src/start-bundle.ts',
    'src/commands/**/*.ts',
    'src/evaluator/worker.ts',
    'src/builtins/outreach/outreach-worker.ts',
    'src/serving/process/main.ts',
    'test/bench/*.ts',
  ],
  project: ['src/**/*.ts', 'test/**/*.ts', 'bin/*.cjs', '*.mjs'],
  // Types of a module's public shape may be named for readers alone.
  ignoreExportsUsedInFile: { interface: true, type: true },
  // Loaded with createRequire (its ESM build hides LoadedPolicy) and run as a program of its own.
  ignoreDependencies: ['@open-policy-agent/opa-wasm', 'autocannon'],
  // The toolchain that the README asks for, a load client that the bench prefers where there is one, what tests make pipes and terminals with, and what checks the files of src/deploy.
  ignoreBinaries: ['go', 'wrk', 'mkfifo', 'pgrep', 'script', 'mount', 'umount', 'promtool', 'systemd-analyze'],
  rules: { cycles: 'error' },
};

export default config;
