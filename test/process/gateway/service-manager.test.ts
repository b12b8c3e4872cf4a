import { spawn, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { cliEnv, startDaemon } from '../../helpers/daemon.js';
import { markerModule } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

/** Binds a datagram socket as the manager does, and prints each message as a line of JSON. */
const RECEIVER = `
import json, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('[]', flush=True)
while True:
    print(json.dumps(s.recv(65536).decode().split('\\n')), flush=True)
`;

/** What speaks the protocol, and what listens: both are where systemd is. */
const installed = ['systemd-notify', 'python3'].every((command) => spawnSync(command, ['--version']).status === 0);

async function receive(): Promise<{ socket: string; messages: () => string[][] }> {
  const socket = path.join(await tempDir(), 'notify');
  const child = spawn('python3', ['-c', RECEIVER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const lines = (): string[][] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as string[]);
  await waitFor('the receiver', () => lines().length === 1);
  // A barrier asks only whether everything before it was read.
  return { socket, messages: () => lines().filter(([first]) => first !== undefined && first !== 'BARRIER=1') };
}

it.runIf(installed)('tells systemd how it is, from the start to the end', async () => {
  const { socket, messages } = await receive();
  const dir = await tempDir({ 'policy.rego': markerModule('one') });
  const env = cliEnv(await tempDir(), { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '200000', DEFENSECLAW_HTTP_PROCESSES: '0' });
  const daemon = await startDaemon(['--policy-dir', dir, '--port', '0', '--no-watch'], env);
  const told = (what: string, since = 0): Promise<number> =>
    waitFor(`word of ${what}`, () => {
      const at = messages().findIndex((message, index) => index >= since && message.some((variable) => variable.startsWith(what)));
      return at === -1 ? undefined : at + 1;
    });
  const ready = await told('READY=1');
  expect(messages()[ready - 1]?.[1]).toMatch(/^STATUS=serving [0-9a-f]{12}$/);
  await told('WATCHDOG=1', await told('WATCHDOG=1', ready));

  await writeFile(path.join(dir, 'policy.rego'), 'package marker\n\nbroken := )\n');
  daemon.child.kill('SIGHUP');
  const reloading = await told('RELOADING=1', ready);
  const began = messages()[reloading - 1]?.[1];
  expect(Number(began?.replace('MONOTONIC_USEC=', ''))).toBeLessThanOrEqual(Number(process.hrtime.bigint() / 1000n));
  const again = await told('READY=1', reloading);
  expect(messages()[again - 1]?.[1]).toMatch(/^STATUS=serving [0-9a-f]{12}; the last reload was rejected \(policy_rejected\)$/);

  daemon.child.kill('SIGTERM');
  await told('STOPPING=1', again);
  expect(await daemon.exit).toBe(0);
  expect(daemon.output().stderr).not.toContain('cannot be told');
});
