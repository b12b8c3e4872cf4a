import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { completionScript } from '../../../src/cli/completion-script.js';

const COMMANDS = [
  { words: ['status'], flags: [{ name: '--port', values: [] }, { name: '--json' }] },
  { words: ['policy', 'test'], flags: [{ name: '--engine', values: ['wasm', 'both'] }, { name: '--format' }, { name: '-c' }] },
  { words: ['policy', 'eval'], flags: [] },
];

/** What bash offers for each line, whose last word is the one being typed. */
function offered(lines: readonly string[]): string[] {
  const asks = lines.map(
    (line) => `COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _gw; echo "\${COMPREPLY[*]}"`,
  );
  const script = `${completionScript('bash', ['gw', 'g'], COMMANDS)}\n${asks.join('\n')}\n`;
  return execFileSync('bash', ['--norc', '-s'], { input: script, encoding: 'utf8' }).split('\n').slice(0, -1);
}

describe('completion', () => {
  it('offers commands, flags wherever they may stand, and values', () => {
    expect(
      offered([
        'gw ""',
        'gw policy ""',
        'gw policy test --',
        'gw policy test folder --f',
        'gw policy test --format x -',
        'gw policy test --engine ""',
        'gw status --engine ""',
        'gw policy eval --',
      ]),
    ).toEqual(['status policy', 'test eval', '--engine --format', '--format', '--engine --format -c', 'wasm both', '', '']);
  });

  it('speaks fish', () => {
    const script = completionScript('fish', ['gw'], COMMANDS);
    expect(script).toContain(
      'complete -c gw -n "__fish_seen_subcommand_from policy; and __fish_seen_subcommand_from test" -l engine -x -a "wasm both"',
    );
  });
});
