import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readExport } from '../../../src/decisions/exported.js';
import type { DecisionFilter } from '../../../src/decisions/filter.js';
import { revisionOf } from '../../../src/decisions/record.js';
import type { DecisionRecord } from '../../../src/decisions/record.js';
import { tempDir } from '../../helpers/temp-dir.js';

/** Events as OPA writes them: ids of version 4, bundles of other names, none of our members. */
const EVENTS = [
  {
    decision_id: 'f0000000-0000-4000-8000-000000000000',
    timestamp: '2026-01-31T12:00:00Z',
    path: 'app/allow',
    result: true,
    input: { n: 1 },
  },
  {
    decision_id: '00000000-0000-4000-8000-000000000001',
    timestamp: '2026-01-31T12:00:01Z',
    path: 'app/allow',
    bundles: { authz: { revision: 'abc' } },
    result: { why: [] },
  },
  {
    decision_id: '80000000-0000-4000-8000-000000000002',
    timestamp: '2026-01-31T12:00:02Z',
    path: 'app/deny',
    error: { code: 'e', message: 'm' },
  },
  { decision_id: '90000000-0000-4000-8000-000000000003', timestamp: '2026-01-31T12:00:03Z', path: 'app/none' },
];

async function read(filter: DecisionFilter): Promise<DecisionRecord[]> {
  const file = path.join(await tempDir(), 'opa.jsonl');
  await writeFile(file, EVENTS.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const records: DecisionRecord[] = [];
  for await (const { record } of readExport(file, filter)) records.push(record);
  return records;
}

const at = (second: number): number => Date.UTC(2026, 0, 31, 12, 0, second);

describe('an export that OPA wrote', () => {
  it('says in one word what each decision came to, and which revision made it', async () => {
    const records = await read({});
    expect(records.map(({ custom }) => custom.verdict)).toEqual(['true', 'defined', 'error', 'undefined']);
    expect(records.map(revisionOf)).toEqual([undefined, 'abc', undefined, undefined]);
  });

  it.each<[DecisionFilter, readonly number[]]>([
    [{ since: at(1), until: at(3) }, [1, 2]],
    [{ result: 'true' }, [0]],
    [{ agent: 'a' }, []],
    [{ revision: 'ab' }, [1]],
    [{ path: '/app/allow' }, [0, 1]],
  ])('is filtered by %j as ours is', async (filter, meant) => {
    expect((await read(filter)).map(({ decision_id: id }) => id)).toEqual(meant.map((index) => EVENTS[index]?.decision_id));
  });
});
