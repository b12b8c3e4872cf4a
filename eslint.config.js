import js from '@eslint/js';
import n from 'eslint-plugin-n';
import tseslint from 'typescript-eslint';

/** Rooms from the bottom of the house up; a room may import rooms below it, never above. */
const LAYERS = [
  [
    'errors',
    'log',
    'config',
    'built-script',
    'start-worker',
    'work-apart',
    'process-apart',
    'follow-parent',
    'kept-apart',
    'collect-garbage',
    'give-way-here',
    'is-running',
    'fetch-failure',
    'is-record',
    'under-way',
  ],
  ['value'],
  ['builtins', 'policy'],
  ['compiler', 'evaluator'],
  ['testing', 'decisions'],
  ['engine'],
  ['suites'],
  ['domains', 'gates', 'impact'],
  ['http', 'watcher', 'judge', 'audit', 'telemetry', 'history', 'bundles'],
  ['serving'],
  ['cli', 'gateway'],
  ['commands'],
];

/** Packages that only one room may know. */
const OWNED = {
  koa: ['http'],
  '@koa/router': ['http'],
  '@oclif/core': ['commands', 'cli'],
  chokidar: ['watcher'],
  pino: ['telemetry'],
  'pino-pretty': ['telemetry'],
  'prom-client': ['telemetry'],
  libsql: ['audit'],
  openai: ['judge'],
  cockatiel: ['judge', 'decisions'],
  'vscode-jsonrpc': ['compiler'],
};

/** One config per room: what it must not import. */
function layering() {
  const rooms = LAYERS.flat();
  return rooms.map((room) => {
    const level = LAYERS.findIndex((layer) => layer.includes(room));
    const above = LAYERS.slice(level + 1).flat();
    const foreign = Object.entries(OWNED)
      .filter(([, owners]) => !owners.includes(room))
      .flatMap(([name]) => [name, `${name}/*`]);
    return {
      files: [`src/${room}/**/*.ts`, `src/${room}.ts`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              ...(above.length > 0
                ? [
                    {
                      // A sibling file may bear the name of a room (`./audit.js` in domains); a folder beside a room file may not be reached.
                      regex: `^(?:\\.\\./)+(?:${above.join('|')})(?:/|\\.js$)|^\\./(?:${above.join('|')})/`,
                      message: `${room} lies below the rooms that it would import here.`,
                    },
                  ]
                : []),
              { group: foreign, message: 'Only the room that owns this package may import it.' },
            ],
          },
        ],
      },
    };
  });
}

export default tseslint.config(
  { ignores: ['dist/**', 'coverage/**', 'node_modules/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { n },
    rules: {
      'n/no-process-env': 'error',
      'n/prefer-node-protocol': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
    },
  },
  { files: ['src/config/**/*.ts'], rules: { 'n/no-process-env': 'off' } },
  // The rule overflows its stack on the recursive classes of graphql-js.
  { files: ['src/builtins/graphql/**/*.ts'], rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' } },
  { files: ['test/**/*.ts'], rules: { 'max-lines': ['error', { max: 500 }] } },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' } },
  },
  ...layering(),
);
