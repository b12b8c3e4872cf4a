import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { rss, startGatewayProcess } from '../bench/daemon.js';
import { decide, look, poison } from './clients.js';
import { createSmallDisk } from './disk.js';
import { Disturbances } from './disturbances.js';
import { PolicyFolder } from './folder.js';
import { Ledger } from './ledger.js';
import { createRandom } from './random.js';

/**
 * `npm run chaos [-- --seed N --seconds N]`: a real gateway under load while everything is done to it that must not take it down. The seed
 * decides what is done and when; how it meets the load is up to the machine. Ends with 1 when a law is broken.
 */
const { values } = parseArgs({ options: { seed: { type: 'string' }, seconds: { type: 'string', default: '60' } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
const seconds = Number(values.seconds);
const PROCESSES = 2;
const KEEP_ALIVE_CLIENTS = 6;
const NEW_CONNECTION_CLIENTS = 4;

const base = mkdtempSync(path.join(tmpdir(), 'defenseclaw-chaos-'));
const disk = createSmallDisk(base);
const home = disk?.folder ?? path.join(base, 'home');
mkdirSync(home, { recursive: true });
const folder = new PolicyFolder(base);
const ledger = new Ledger();
const random = createRandom(seed);
console.log(`seed ${seed}, ${seconds} s${disk === undefined ? '; this user may not mount a disk to fill' : ''}`);

const gateway = await startGatewayProcess(folder.root, home, {
  DEFENSECLAW_HTTP_PROCESSES: String(PROCESSES),
  DEFENSECLAW_GATEWAY_SHUTDOWN_WAIT: '1s',
});
let ended: number | string | undefined;
void gateway.ended.then((how) => (ended = how));
let done = false;
const client = { url: gateway.url, ledger, random: createRandom(seed + 1), stopped: () => done || ended !== undefined };
const clients = [
  ...Array.from({ length: KEEP_ALIVE_CLIENTS }, () => decide(client, true)),
  ...Array.from({ length: NEW_CONNECTION_CLIENTS }, () => decide(client, false)),
  poison(client),
  look(client),
];

const port = Number(new URL(gateway.url).port);
const disturbances = new Disturbances({ url: gateway.url, pid: gateway.pid, port, processes: PROCESSES, folder, disk, ledger, random });
const end = performance.now() + seconds * 1000;
while (performance.now() < end && ended === undefined) {
  await disturbances.next();
  await pause(random.between(50, 500));
}
if (ended !== undefined) ledger.fail(`the gateway ended with ${ended}`);
else {
  if (!(await disturbances.saveAndReload())) ledger.fail('the last save did not become live');
  await pause(500);
}
const memory = ended === undefined ? Math.round(rss(gateway.pid)) : 0;
ledger.ending = true;
if (ended === undefined) process.kill(gateway.pid, 'SIGTERM');
const how = await gateway.ended;
done = true;
await Promise.all(clients);
if (how !== 0) ledger.fail(`the gateway ended with ${how} on SIGTERM`);
if (ledger.decisions === 0) ledger.fail('nothing was decided');
disk?.close();
rmSync(base, { recursive: true, force: true });

const recoveries = ledger.recoveries.map(Math.round).sort((a, b) => a - b);
console.table({
  decisions: ledger.decisions,
  'lost with a killed process': ledger.lostWithProcess,
  'put off (503)': ledger.overloaded,
  'failed otherwise': ledger.failures.length,
  mixed: ledger.mixed,
  stale: ledger.stale,
  'poison answered': ledger.poison,
  'recovery, median ms': recoveries[Math.floor(recoveries.length / 2)] ?? 0,
  'recovery, longest ms': recoveries.at(-1) ?? 0,
  'longest time without a decision, ms': Math.round(ledger.longestGapMs),
  during: ledger.longestGapDuring,
  'resident MiB of the main process': memory,
});
console.table(ledger.disturbances);
if (ledger.failures.length > 0) console.table(ledger.failedDuring);
for (const failure of ledger.failures.slice(0, 40)) console.error(failure);
process.exitCode = ledger.failures.length === 0 ? 0 : 1;
