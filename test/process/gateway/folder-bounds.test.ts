import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliEnv, startDaemon } from '../../helpers/daemon.js';
import { callGateway } from '../../helpers/gateway.js';
import { shippedPolicies } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

const ASK = { destination: 'github.com', port: 443 };
const MIB_IN_KIB = 1024;

describe('a link that would have all of the machine read', () => {
  it.each(['/', '/proc'])('to %s is refused by name, while the old revision serves in the memory that it had', async (to) => {
    const dir = await shippedPolicies();
    const { child, url } = await startDaemon(['--policy-dir', dir, '--port', '0'], cliEnv(await tempDir()));
    const { pid = 0 } = child;
    expect((await callGateway(url, 'POST', '/policy/evaluate/firewall', ASK)).status).toBe(200);
    // From here on the kernel's high-water mark counts anew.
    await writeFile(`/proc/${pid}/clear_refs`, '5');
    const before = await kib(pid, 'VmRSS');
    await symlink(to, path.join(dir, 'rego/all'));

    const asked = performance.now();
    const answer = await callGateway(url, 'POST', '/policy/reload');
    // The deadline of a reading, and as much again for a machine that is busy.
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(answer.json()).toMatchObject({ status: 'failed', code: 'policy_link_refused', diagnostics: [{ file: 'all' }] });
    await waitFor('the status to tell', async () => (await callGateway(url, 'GET', '/status')).text.includes('the link leads to'));
    expect((await callGateway(url, 'POST', '/policy/evaluate/firewall', ASK)).status).toBe(200);

    await rm(path.join(dir, 'rego/all'));
    expect((await callGateway(url, 'POST', '/policy/reload')).status).toBe(200);
    expect((await kib(pid, 'VmHWM')) - before).toBeLessThan(100 * MIB_IN_KIB);
  });
});

async function kib(pid: number, name: 'VmRSS' | 'VmHWM'): Promise<number> {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
