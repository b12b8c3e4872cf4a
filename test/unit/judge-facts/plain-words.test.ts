import { describe, expect, it, vi } from 'vitest';
import { cleanPath, normalPath } from '../../../src/judge/facts/paths.js';
import { readCall } from '../../../src/judge/facts/read-call.js';
import { roleOf } from '../../../src/judge/facts/role.js';

const mapSet = Reflect.get(Map.prototype, 'set') as (this: Map<unknown, unknown>, key: unknown, value: unknown) => unknown;

describe('a path', () => {
  it.each([
    ...['', 'file', 'a.b', 'src/a.ts', './x', '../x', '/', '~', '~/x', '/etc/passwd', '/rooted', '/homes/x', 'a:b/c', 'x~', '-'],
    ...['https://a.example//b', 's3://bucket/x'],
  ])('%j is as one would say it', (path) => {
    expect(normalPath(path)).toBe(path);
    expect(cleanPath(path)).toBe(path);
  });

  it.each([
    ['a/', 'a'],
    ['a//b', 'a/b'],
    ['a/./b', 'a/b'],
    ['/a/../etc/shadow', '/etc/shadow'],
    ['../../etc/shadow', '/etc/shadow'],
    ['/root', '~'],
    ['/home/u/.ssh/id_rsa', '~/.ssh/id_rsa'],
    ['/Users/u/x', '~/x'],
    ['~bob/x', '~/x'],
    ['$HOME/x', '~/x'],
    ['/etc/sh*dow', '/etc/shadow'],
    ['/etc/passw?', '/etc/passwd'],
    ['file:///etc/passwd', '/etc/passwd'],
    ['%2e%2e/%2e%2e/etc/passwd', '/etc/passwd'],
    ['C:\\Users\\u\\x', '~/x'],
  ])('%j is %j', (path, plain) => {
    expect(normalPath(path)).toBe(plain);
  });
});

describe('a word in quotes', () => {
  it.each([
    ['"a b"', ['a b']],
    ["'a b'", ['a b']],
    ['""', ['']],
    ["''", ['']],
    [`'a$b"c'`, ['a$b"c']],
    [`"it's"`, ["it's"]],
    ['"a\\"b"', ['a"b']],
    ['"a"b"c"', ['abc']],
    ["'a''b'", ['ab']],
    ['"$A"', ['one two']],
    ['"${A}x"', ['one twox']],
    ['"$(echo z)"', ['z']],
    ['"a*"', ['a*']],
    ['a*', ['a*']],
  ])('%s', (word, fields) => {
    const { commands } = readCall({ tool: 'shell', args: { members: [['command', `A="one two"; touch ${word}`]] } });
    expect(commands.find(({ name }) => name === 'touch')?.operands).toEqual(fields);
  });
});

describe('what is known of a program', () => {
  it('is told by its name from all tables', () => {
    expect(roleOf('sudo').wrapper).toBeDefined();
    expect(roleOf('docker').hasVerbs).toBe(true);
    expect(roleOf('bash').isShell).toBe(true);
    expect(roleOf('find').runs).toBe(true);
    expect(roleOf('python3').interpreter?.language).toBe('python');
    expect(roleOf('iptables').valued.has('t')).toBe(true);
    expect(roleOf('psql').sql?.has('c')).toBe(true);
    expect(roleOf('dd').touches).toBe(true);
    expect(roleOf('ping').dials).toBe(true);
    expect(roleOf('mutt').sends).toBe(true);
    expect(roleOf('kubectl').isClusterClient).toBe(true);
    expect(roleOf('at').carries).toBe(true);
  });

  it('is nothing of others, whatever they are called', () => {
    for (const name of ['npm', '', 'constructor', '__proto__']) expect(roleOf(name)).toBe(roleOf('made-up'));
  });
});

describe('variables that are made of themselves', () => {
  it('are put in up to a bound, which is told', () => {
    let length = 0;
    const set = vi.spyOn(Map.prototype, 'set').mockImplementation(function (this: Map<unknown, unknown>, key: unknown, value: unknown) {
      if (key === 'a') length += String(value).length;
      mapSet.call(this, key, value);
      return this;
    });
    const facts = readCall({ tool: 'shell', args: { members: [['command', `a=xx;${'a=$a$a;'.repeat(2_000)} rm -rf /`]] } });
    set.mockRestore();
    expect(length).toBeLessThan(2 << 20);
    expect(facts.truncated).toBe(true);
    expect(facts.commands.at(-1)).toMatchObject({ name: 'rm', operands: ['/'] });
  });
});
