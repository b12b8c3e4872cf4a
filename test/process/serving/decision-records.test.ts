import { connect } from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openDecisions } from '../../../src/decisions/reader.js';
import type { DecisionReader } from '../../../src/decisions/reader.js';
import type { DecisionRecord } from '../../../src/decisions/record.js';
import { cliEnv, runCli, startDaemon } from '../../helpers/daemon.js';
import { callGateway, TEST_TOKEN } from '../../helpers/gateway.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { waitFor } from '../../helpers/wait-for.js';

async function all(reader: DecisionReader): Promise<DecisionRecord[]> {
  const records: DecisionRecord[] = [];
  for await (const { record } of reader.read({ order: 'oldest' })) records.push(record);
  return records;
}

test('decisions of serving processes are recorded, those of clients that hang up too, and outlive a gateway that is killed', async () => {
  const home = await tempDir();
  const policies = await tempDir({ 'app.rego': 'package app\n\nallow if input.n > 0\n' });
  const { child, url, port, exit } = await startDaemon(
    ['--policy-dir', policies, '--port', '0'],
    cliEnv(home, { DEFENSECLAW_HTTP_PROCESSES: '1' }),
  );
  const reader = openDecisions(path.join(home, 'decisions'));
  const served = async (): Promise<boolean> => {
    const { serving } = (await callGateway(url, 'GET', '/status')).json() as { serving: { ready: number } };
    return serving.ready === 1;
  };
  await waitFor('the serving process', served);

  // More than once on a connection, so that the later ones are recognised by their bytes.
  const answers = [];
  for (let n = 1; n <= 20; n++) answers.push(await callGateway(url, 'POST', '/v1/data/app/allow', { input: { n } }));
  const ids = answers.map(({ headers }) => headers.get('x-decision-id') ?? '');
  expect(new Set(ids).size).toBe(20);
  for (const [index, id] of ids.entries()) {
    const kept = await waitFor('the record of the answer', () => reader.find(id));
    expect(kept.record).toMatchObject({ input: { n: index + 1 }, result: true, requested_by: '127.0.0.1' });
  }

  const body = '{"input":{"n":77}}';
  const hurried = connect(port, '127.0.0.1');
  await new Promise((resolve) => hurried.once('connect', resolve));
  const head = `POST /v1/data/app/allow HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TEST_TOKEN}\r\nX-Request-Id: hurried\r\nContent-Length: ${body.length}\r\n\r\n`;
  await new Promise<void>((resolve) => hurried.write(head + body, () => resolve()));
  hurried.destroy();
  await waitFor('the record of the client that hung up', async () =>
    (await all(reader)).some(({ custom }) => custom.request_id === 'hurried'),
  );

  child.kill('SIGKILL');
  expect(await exit).toBe('SIGKILL');
  expect((await all(reader)).map(({ decision_id: id }) => id)).toEqual(expect.arrayContaining(ids));

  // No gateway is needed to look at them.
  const env = cliEnv(home);
  const listed = await runCli(['decisions', 'list', '--path', 'app', '--result', 'true', '--limit', '0', '--oldest', '--json'], env);
  const records = listed.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as DecisionRecord);
  expect(records.slice(0, 20).map(({ decision_id: id }) => id)).toEqual(ids);
  const stats = await runCli(['decisions', 'stats', '--json'], env);
  expect(JSON.parse(stats.stdout)).toMatchObject([
    { path: 'app/allow', decisions: records.length, errors: 0, results: { true: records.length } },
  ]);
  const explained = await runCli(['decisions', 'explain', ids[0] ?? '', '--json'], env);
  expect(JSON.parse(explained.stdout)).toMatchObject({
    result: 'true',
    agrees: true,
    held: [{ rule: 'data.app.allow', place: 'app.rego:3' }],
  });
  const unknown = await runCli(['decisions', 'show', '01890a5d-ac96-774b-bcce-b302099a8057'], env);
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('[decision_unknown]') as string });
});
