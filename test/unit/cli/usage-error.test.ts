import { describe, expect, it } from 'vitest';
import { refuseUnknown, usageError } from '../../../src/cli/usage-error.js';
import type { GatewayError } from '../../../src/errors.js';

const IDS = ['start', 'status', 'policy:validate', 'policy:test', 'judge:test', 'inspect', 'inspect:suite:run'];

function refusal(...argv: string[]): string | undefined {
  try {
    refuseUnknown(argv, { bin: 'gw', ids: IDS });
    return undefined;
  } catch (thrown) {
    const { code, message, hint } = thrown as GatewayError;
    expect(code).toBe('usage');
    return `${message} - ${hint}`;
  }
}

describe('a command line that cannot be meant', () => {
  it.each([
    [
      ['policy', 'valdate', './x', '--json'],
      'unknown command: policy valdate - Did you mean `gw policy validate`? See `gw policy --help`.',
    ],
    [['polcy'], 'unknown command: polcy - Did you mean `gw policy`? See `gw --help`.'],
    [['validate'], 'unknown command: validate - Did you mean `gw policy validate`? See `gw --help`.'],
    [['test'], 'unknown command: test - Did you mean `gw policy test` or `gw judge test`? See `gw --help`.'],
    [['policy:valdate'], 'unknown command: policy valdate - Did you mean `gw policy validate`? See `gw policy --help`.'],
    [
      ['inspect', 'suite', 'runn'],
      'unknown command: inspect suite runn - Did you mean `gw inspect suite run`? See `gw inspect suite --help`.',
    ],
    [['zzz', 'yyy'], 'unknown command: zzz - See `gw --help`.'],
  ])('%j', (argv, expected) => {
    expect(refusal(...argv)).toBe(expected);
  });

  it.each([
    [['policy', 'validate', 'polcies']],
    [['policy']],
    [['inspect', 'a:b']],
    [['policy:test', 'x']],
    [[]],
    [['--help', 'x']],
    [['status', '--prot']],
  ])('%j is none of those', (argv) => {
    expect(refusal(...argv)).toBeUndefined();
  });

  it.each([
    [['--stricct'], '', 'unknown flag --stricct', 'Did you mean --strict? See `gw policy test --help`.'],
    [['--zzzzzz', '--prot=1'], '', 'unknown flags --zzzzzz, --prot=1', 'Did you mean --port? See `gw policy test --help`.'],
    [
      undefined,
      'Parsing --port \n\tExpected an integer\nSee more help with --help',
      '--port: Expected an integer',
      'See `gw policy test --help`.',
    ],
  ])('flags %j', (flags, said, message, hint) => {
    const thrown = Object.assign(new Error(said), { oclif: { exit: 2 }, ...(flags === undefined ? {} : { flags }) });
    expect(usageError(thrown, 'gw policy test', ['strict', 'port'])).toMatchObject({ code: 'usage', message, hint });
  });
});
