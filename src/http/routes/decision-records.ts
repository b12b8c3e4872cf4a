import { demand } from '../../domains/request-body.js';
import type { DecisionReader, ReadOptions } from '../../decisions/reader.js';
import { GatewayError } from '../../errors.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { parameter } from '../query.js';
import { JSON_TYPE } from '../replies.js';

const ROOT = '/decisions';
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;
/** Bytes of one answer; the rest is asked for with `until`. */
const MAX_BYTES = 8 * 1024 * 1024;

/** GET /decisions, newest first, and GET /decisions/{id}: records as they are kept. */
export function decisionRecordResources(reader: DecisionReader): Resource[] {
  return [{ path: ROOT, below: true, methods: { GET: (call) => answer(reader, call) } }];
}

async function answer(reader: DecisionReader, call: Call): Promise<Reply> {
  const id = call.path.slice(ROOT.length + 1);
  if (id === '') return list(reader, optionsOf(call));
  const kept = await reader.find(id);
  if (kept === undefined) throw new GatewayError('decision_unknown', `no decision ${id.slice(0, 64)} is kept`);
  return jsonOf(kept.text);
}

async function list(reader: DecisionReader, options: ReadOptions): Promise<Reply> {
  const texts: string[] = [];
  let length = 0;
  for await (const { text } of reader.read(options)) {
    length += text.length;
    if (length > MAX_BYTES) break;
    texts.push(text);
  }
  return jsonOf(`{"decisions":[${texts.join(',')}]}`);
}

function jsonOf(text: string): Reply {
  return { status: 200, headers: { 'Content-Type': JSON_TYPE }, body: `${text}\n` };
}

function optionsOf({ query }: Call): ReadOptions {
  const given = (name: string): string | undefined => parameter(query, name)[0];
  const limit = given('limit') ?? String(DEFAULT_LIMIT);
  demand(/^[1-9]\d{0,5}$/u.test(limit), 'limit must be a positive integer');
  return {
    ...{ path: given('path'), result: given('result'), revision: given('revision'), agent: given('agent') },
    since: timeOf('since', given('since')),
    until: timeOf('until', given('until')),
    limit: Math.min(Number(limit), MAX_LIMIT),
  };
}

function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  demand(!Number.isNaN(ms), `${name} must be a time in RFC 3339`);
  return ms;
}
