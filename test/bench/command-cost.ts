import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createScanner } from '../../src/judge/scan/scanner.js';
import { shippedRules } from '../helpers/red-team.js';
import { HEADERS, ROOT, startGatewayProcess } from './daemon.js';

type Rows = Record<string, Record<string, number | string>>;
type Ask = (command: string) => Promise<unknown>;

/** Series of one measurement. What else runs on the machine pauses some of them: the least series is nearest to the cost itself. */
const SERIES = 10;
const ROUNDS = 500;

const PIECES =
  'rm -rf / $( ` ) " \' { } a,b | && ; <<EOF EOF <( > f(){ $X eval xargs sudo bash -c X= ${X:- for do done case esac (( [[ # cat curl find'.split(
    ' ',
  );

const LINE = 'cat "notes of today" | grep -v done > /tmp/out && (cd "$HOME/x"; rm -rf ./build) # and so on, at some length\n';

const SCRIPT = `set -euo pipefail
cd "$HOME/projects/shop" && git fetch origin && git rebase origin/main
for f in src/*.ts; do npx prettier --check "$f" || exit 1; done
grep -rn "pending" src | sort | uniq -c | sort -rn | head -20 > /tmp/pending.txt
docker run --rm -p 8080:8080 -e NODE_ENV=test shop:dev npm test
curl -fsS http://localhost:8080/healthz | jq .status
psql -h localhost -c "SELECT count(*) FROM orders WHERE created_at > now() - interval '1 day'"
find . -name '*.orig' -type f -delete && rm -rf build/tmp node_modules/.cache
cat > build/notes.md <<'MD'
Nobody pipes what curl fetches into a shell.
MD
python3 -c 'import json; print(json.load(open("package.json"))["version"])'
rsync -av --delete ./site/ web@staging.internal:/var/www/site/
`;

function repeated(line: string, length: number): string {
  return line.repeat(Math.ceil(length / line.length)).slice(0, length);
}

const COMMANDS = {
  '2 KB, 72 short commands': repeated(LINE, 2048),
  '2 KB, a script of many kinds': repeated(SCRIPT, 2048),
  '2 KB, one command with many files': `git add ${repeated('src/some/folder/file.ts ', 2040)}`,
};

async function timed(ask: Ask, command: string): Promise<number> {
  const start = performance.now();
  await ask(command);
  return performance.now() - start;
}

function quantile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Least and median of the series, for each quantile. */
async function series(ask: Ask, command: string): Promise<Record<string, string>> {
  for (let round = 0; round < 2 * ROUNDS; round++) await ask(command);
  const all: number[][] = [];
  for (let run = 0; run < SERIES; run++) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await timed(ask, command));
    all.push(times);
  }
  const row = (share: number): string => {
    const values = all.map((times) => quantile(times, share));
    return `${quantile(values, 0).toFixed(2)} / ${quantile(values, 0.5).toFixed(2)}`;
  };
  return { p50: row(0.5), p99: row(0.99), max: row(1) };
}

/** `least of three`: a pause of the machine or of the heap hits one run of an input, what the input itself costs every one. */
async function fuzzed(ask: Ask): Promise<Rows> {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const inputs = Array.from({ length: 10_000 }, () =>
    Array.from({ length: 1 + random(60) }, () => PIECES[random(PIECES.length)] ?? '').join(' '),
  );
  const least = inputs.map(() => Infinity);
  const raw: number[] = [];
  for (let run = 0; run < 3; run++) {
    for (const [index, input] of inputs.entries()) {
      const took = await timed(ask, input);
      raw.push(took);
      least[index] = Math.min(least[index] ?? Infinity, took);
    }
  }
  const row = (times: readonly number[]): Record<string, string> => ({
    p50: quantile(times, 0.5).toFixed(2),
    p99: quantile(times, 0.99).toFixed(2),
    max: quantile(times, 1).toFixed(2),
  });
  return { '10,000 fuzzed, every run': row(raw), '10,000 fuzzed, least of three': row(least) };
}

/** What a tool call costs the scan, ms from asking its thread to the answer: patterns and facts. `least / median` of ten series. */
export async function scanCost(): Promise<Rows> {
  const rules = await shippedRules();
  const scanner = createScanner();
  const ask: Ask = (command) =>
    scanner.scan(rules, command, { toolName: 'shell', call: { tool: 'shell', args: { members: [['command', command]] } } });
  const rows: Rows = {};
  try {
    for (const [name, command] of Object.entries(COMMANDS)) rows[name] = await series(ask, command);
    for (const kb of [64, 256, 1024]) {
      const times: number[] = [];
      for (let run = 0; run < 5; run++) times.push(await timed(ask, repeated(LINE, kb * 1024)));
      rows[`${kb} KB`] = {
        p50: `${quantile(times, 0).toFixed(0)} / ${quantile(times, 0.5).toFixed(0)}`,
        max: quantile(times, 1).toFixed(0),
      };
    }
    return { ...rows, ...(await fuzzed(ask)) };
  } finally {
    await scanner.close();
  }
}

/** The same calls asked of a gateway over one kept connection: HTTP, scan, policy and records. */
export async function inspectCost(): Promise<Rows> {
  const home = await mkdtemp(path.join(tmpdir(), 'defenseclaw-bench-'));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await cp(path.join(ROOT, 'policies'), path.join(home, 'policies'), { recursive: true });
    await writeFile(path.join(home, 'config.yaml'), 'guardrail: { mode: action }\n');
    const server = await startGatewayProcess(path.join(home, 'policies'), home);
    const ask: Ask = (command) =>
      new Promise<void>((resolve, reject) => {
        const body = JSON.stringify({ tool: 'shell', args: { command } });
        const sent = request(`${server.url}/api/v1/inspect/tool`, { method: 'POST', agent, headers: { ...HEADERS } }, (answer) => {
          answer.resume().on('end', () => {
            if (answer.statusCode === 200) resolve();
            else reject(new Error(`inspect/tool answered ${answer.statusCode ?? 'nothing'}`));
          });
        });
        sent.on('error', reject).end(body);
      });
    const rows: Rows = {};
    try {
      for (const [name, command] of Object.entries({ '2 bytes': 'ls', ...COMMANDS })) rows[name] = await series(ask, command);
    } finally {
      await server.stop();
    }
    return rows;
  } finally {
    agent.destroy();
    await rm(home, { recursive: true, force: true });
  }
}
