import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/judge/facts/facts.js';
import { readCall } from '../../../src/judge/facts/read-call.js';

function shell(command: string): Facts {
  return readCall({ tool: 'shell', args: { members: [['command', command]] } });
}

describe('a command that other programs are told to start', () => {
  it.each([
    `vim -c ':!rm -rf /' -c ':q'`,
    `vim -es -c 'silent !rm -rf /'`,
    `vim +'call system("rm -rf /")'`,
    `less '+!rm -rf /' notes.txt`,
    `ed <<< '!rm -rf /'`,
    `emacs --batch --eval '(shell-command "rm -rf /")'`,
    `git -c core.pager='rm -rf /' log`,
    `git -c alias.x='!rm -rf /' x`,
    `git config --global core.sshCommand 'rm -rf /'`,
    `git clone 'ext::rm -rf /' x`,
    `GIT_SSH_COMMAND='rm -rf /' git fetch`,
    `LESSOPEN='|rm -rf /' less x`,
    `tar xf a.tar --to-command='rm -rf /'`,
    `tar cf x x --checkpoint=1 --checkpoint-action=exec='rm -rf /'`,
    `tar -I 'rm -rf /' -cf a b`,
    `rsync -e 'rm -rf /' a b:`,
    `man -P 'rm -rf /' ls`,
    `ssh -o ProxyCommand='rm -rf /' host`,
    `split --filter='rm -rf /' x`,
    `zip -T -TT 'rm -rf /' a.zip x`,
    `sed -n '1e rm -rf /' x`,
    String.raw`psql -c '\! rm -rf /'`,
    `sqlite3 x.db '.shell rm -rf /'`,
    `gdb -batch -ex 'shell rm -rf /'`,
    `echo 'rm -rf /' | at now`,
    `tmux new-session -d 'rm -rf /'`,
    `screen -dmS x rm -rf /`,
    `watch -n1 'rm -rf /'`,
    `awk 'BEGIN { "rm -rf /" | getline }'`,
  ])('%s', (command) => {
    expect(shell(command).commands.map(({ text }) => text)).toContain('rm -rf /');
  });

  it.each([
    [`vim -c 'wq!' +42 x`, ['vim']],
    [`less +F x`, ['less']],
    [`git -c user.name='rm -rf /' commit -m 'well done! rm -rf /'`, ['git']],
    [`git config alias.rm 'rm -rf /'`, ['git']],
    [`sed -e 's/e rm/x/' x`, ['sed']],
    [String.raw`psql -c '\dt'`, ['psql']],
    [`ssh -o User=ann host`, ['ssh']],
  ])('%s starts nothing', (command, names) => {
    expect(shell(command).commands.map(({ name }) => name)).toEqual(names);
  });

  it('is read no further than a program in a program', () => {
    const nested = Array.from({ length: 14 }).reduce<string>((inner) => `git -c core.pager=${JSON.stringify(inner)} log`, 'rm -rf /');
    const { commands, truncated } = shell(nested);
    expect(truncated).toBe(true);
    expect(commands.map(({ name }) => name)).toContain('git');
  });
});

it('keeps a pattern for all of a folder where a command is given it', () => {
  expect(shell('rm -rf $HOME/* /etc/*').commands).toMatchObject([{ operands: ['~/*', '/etc/*'] }]);
  expect(shell('cat /etc/*').reads).toMatchObject([{ path: '/etc/shadow' }]);
});

describe('what a program in another language deletes', () => {
  it.each([
    [`perl -e 'unlink glob("/etc/*")'`, '/etc/shadow'],
    [`python3 -c 'import shutil; shutil.rmtree("/")'`, '/'],
    [`ruby -e 'require "fileutils"; FileUtils.rm_rf("/home")'`, '/home'],
    [`node -e 'require("fs").rmSync("/etc/passwd")'`, '/etc/passwd'],
  ])('%s', (command, path) => {
    expect(shell(command).writes.map((write) => write.path)).toContain(path);
  });
});

it.each(['', 'X=', 'export X='])('takes more substitutions in a word than a call takes arguments: %s', (start) => {
  expect(() => shell(`${start}${'`'.repeat(400_000)}`)).not.toThrow();
});

describe('a path', () => {
  it.each([
    ['%2e%2e/%2e%2e/etc/passwd', '/etc/passwd'],
    ['..%252f..%252fetc%252fpasswd', '/etc/passwd'],
    [String.raw`C:\Users\ann\.ssh\id_rsa`, '~/.ssh/id_rsa'],
    [String.raw`C:\Windows\System32\config\SAM`, 'C:/Windows/System32/config/SAM'],
    [String.raw`..\..\etc\passwd`, '/etc/passwd'],
    ['100%.txt', '100%.txt'],
  ])('%s is %s', (path, normal) => {
    const { reads } = readCall({ tool: 'read_file', args: { members: [['path', path]] } });
    expect(reads).toEqual([{ path: normal, by: 'read_file', sure: true }]);
  });
});

describe('a statement behind a literal that it ends', () => {
  it.each([`'; EXEC xp_cmdshell('whoami'); --`, `'); EXEC xp_cmdshell('whoami'); --`])('%s', (query) => {
    const { sql } = readCall({ tool: 'sql', args: { members: [['query', query]] } });
    expect(sql.some(({ words }) => words.includes('XP_CMDSHELL'))).toBe(true);
  });
});
