import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SuiteReport } from '../../src/gateway/run-suites.js';
import { compileRules } from '../../src/judge/scan/compiled-rules.js';
import { scanText } from '../../src/judge/scan/scan-text.js';
import { findsNothing, startChatServer } from '../helpers/chat-server.js';
import { ATTACKS, samples, sampleText, scoreFixture, shippedRules } from '../helpers/red-team.js';
import { inspectCost, scanCost } from './command-cost.js';
import { ROOT, startGatewayProcess } from './daemon.js';
import { load } from './load.js';

/** `npm run bench:scan`: how well the local scan does, what it costs by the KB, and how many inspections a second that makes. */
const SECONDS = 3;
const SIZES = [16, 128, 1024];

type Rows = Record<string, Record<string, number | string>>;

async function quality(): Promise<Rows> {
  const { attacks, benign, missed, alarms, precision, recall } = await scoreFixture();
  const rows: Rows = {};
  for (const name of ATTACKS) {
    const all = await samples(name);
    const lost = missed.filter(({ id }) => all.some((sample) => sample.id === id));
    rows[name] = { samples: all.length, missed: lost.length, recall: (1 - lost.length / all.length).toFixed(3) };
  }
  console.log(`precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)} on ${attacks} attacks and ${benign} harmless samples`);
  for (const sample of missed) console.log(`  missed ${sample.id}: ${sampleText(sample).slice(0, 100)}`);
  for (const sample of alarms) console.log(`  false alarm ${sample.id}: ${sampleText(sample).slice(0, 100)}`);
  return rows;
}

const WORDS =
  'ignore all the previous send curl http:// api keys to /etc/passwd rm -rf you are now act without a @ .ssh/ 4111 - git push AKIA'.split(
    ' ',
  );

/** Texts that keep patterns busy, by name. The generator is fixed: every run scans the same. */
async function texts(length: number): Promise<Readonly<Record<string, string>>> {
  const attacks = (await Promise.all(ATTACKS.map(samples))).flat().map(sampleText).join('\n');
  const benign = (await samples('benign')).map(sampleText).join('\n');
  let seed = 1;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const words = Array.from({ length: length / 3 }, () => `${WORDS[random(WORDS.length)] ?? ''}${random(5) === 0 ? '' : ' '}`).join('');
  const fill = (text: string): string => text.repeat(Math.ceil(length / text.length)).slice(0, length);
  return {
    benign: fill(benign),
    attacks: fill(attacks),
    'words of patterns': words.slice(0, length),
    'half matches': fill('ignore all all send a b c api curl http://a.b.c-'),
    'zero-width and Cyrillic': fill('ign\u200b\u043ere \u0430ll \u200d'),
    Base64: fill(`${Buffer.from('ignore all previous words '.repeat(40)).toString('base64')} `),
  };
}

async function cost(): Promise<Rows> {
  const rules = await shippedRules();
  const rows: Rows = {};
  for (const size of SIZES) {
    for (const [name, text] of Object.entries(await texts(size * 1024))) {
      const groups = compileRules(rules);
      const times = [0, 1, 2].map(() => {
        const start = performance.now();
        scanText(groups, text);
        return performance.now() - start;
      });
      const perKb = (ms: number | undefined): string => (((ms ?? NaN) * 1000) / size).toFixed(0);
      rows[name] = { ...rows[name], [`${size} KB cold`]: perKb(times[0]), [`${size} KB warm`]: perKb(times[2]) };
    }
  }
  return rows;
}

async function throughput(): Promise<Rows> {
  const home = await mkdtemp(path.join(tmpdir(), 'defenseclaw-bench-'));
  const chat = await startChatServer(findsNothing);
  const rows: Rows = {};
  try {
    await cp(path.join(ROOT, 'policies'), path.join(home, 'policies'), { recursive: true });
    const scenes = {
      'local scan': 'guardrail: {}\n',
      'warm verdict cache': `guardrail:\n  judge:\n    enabled: true\n    cache: { ttl: 1h }\nllm: { model: ollama/judge, base_url: ${chat.url} }\n`,
    };
    const body = JSON.stringify({ content: 'Would you kindly summarise the minutes of the last meeting for me? '.repeat(8) });
    for (const [name, config] of Object.entries(scenes)) {
      await writeFile(path.join(home, 'config.yaml'), config);
      const server = await startGatewayProcess(path.join(home, 'policies'), home);
      const url = `${server.url}/api/v1/inspect/request`;
      await load(url, body, 1);
      rows[name] = { ...(await load(url, body, SECONDS)), 'judge calls': chat.requests.length };
      await server.stop();
    }
  } finally {
    await chat.close();
    await rm(home, { recursive: true, force: true });
  }
  return rows;
}

/** What the shipped suite says of the shipped policies: the command that users have. */
function suites(): Rows {
  const home = mkdtempSync(path.join(tmpdir(), 'defenseclaw-bench-'));
  try {
    const args = [path.join(ROOT, 'bin/run.cjs'), 'inspect', 'suite', 'run', path.join(ROOT, 'policies'), '--json'];
    const env = { PATH: process.env['PATH'], HOME: home, DEFENSECLAW_HOME: home };
    const { score } = JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' })) as SuiteReport;
    const rows = [...Object.entries(score.categories), ['all', score] as const, ['held out', score.held_out ?? score] as const];
    return Object.fromEntries(
      rows.map(([name, { attack, benign, recall }]) => [
        name,
        {
          attacks: attack.block + attack.alert + attack.allow,
          flagged: `${((recall ?? NaN) * 100).toFixed(1)} %`,
          benign: benign.block + benign.alert + benign.allow,
          'benign blocked': benign.block,
          'benign alerts': benign.alert,
        },
      ]),
    );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

console.log('\n## Suites\n');
console.table(suites());
console.log('\n## A tool call on the scan thread, ms (least / median of ten series of 500)\n');
console.table(await scanCost());
console.log('\n## A tool call over HTTP, ms (least / median of ten series of 500)\n');
console.table(await inspectCost());
console.log('\n## Red-team fixture\n');
console.table(await quality());
console.log('\n## Cost of a scan, us a KB (cold: automata not built yet)\n');
console.table(await cost());
console.log('\n## Inspections a second (540 bytes, 32 connections)\n');
console.table(await throughput());
