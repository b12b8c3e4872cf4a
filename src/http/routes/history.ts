import type { Engine, Outcome } from '../../engine/engine.js';
import type { Pin } from '../../engine/pin.js';
import type { ReloadOptions } from '../../engine/reload-request.js';
import type { Comparison } from '../../history/compare/compare.js';
import type { Entry } from '../../history/entry.js';
import { wireEntry } from '../../history/entry-wire.js';
import { filesOf } from '../../policy/assemble.js';
import type { SourceFile, SourceSet } from '../../policy/source-set.js';
import { demand } from '../../domains/request-body.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { parameter } from '../query.js';
import { json } from '../replies.js';
import { askedReload } from './reload.js';
import { reloadAnswer } from './reload-answer.js';

/** What the routes ask; selectors are as people give them. All throw `history_*`. */
export interface HistoryQueries {
  list(limit: number): Promise<{ readonly serving: string | null; readonly pinned: string | null; readonly entries: readonly Entry[] }>;
  sources(selector: string): Promise<{ readonly entry: Entry; readonly source: SourceSet }>;
  file(selector: string, name: string): Promise<SourceFile>;
  diff(from: string, to: string): Promise<Comparison>;
  rollback(selector: string, options: ReloadOptions): Promise<Outcome>;
  pin(selector: string, options: ReloadOptions): Promise<Outcome | Pin>;
}

export interface HistoryRouteDeps {
  readonly policyDir: string | undefined;
  readonly history: HistoryQueries;
  readonly engine: Pick<Engine, 'reload'>;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;
const REVISIONS = '/policy/revisions';

/** Looking into the history, and going back in it. */
export function historyResources(deps: HistoryRouteDeps): Resource[] {
  const { history, policyDir } = deps;
  return [
    { path: '/policy/history', methods: { GET: (call) => list(history, call) } },
    { path: REVISIONS, below: true, methods: { GET: (call) => revision(history, call) } },
    { path: '/policy/diff', methods: { GET: (call) => diff(history, call) } },
    {
      path: '/policy/rollback',
      methods: {
        POST: async (call) => {
          const { revision: selector, options } = await askedReload(call);
          return reloadAnswer(await history.rollback(selector === '' ? 'previous' : selector, options), policyDir);
        },
      },
    },
    {
      path: '/policy/pin',
      methods: {
        POST: async (call) => {
          const { revision: selector, options } = await askedReload(call);
          const pinned = await history.pin(selector === '' ? 'serving' : selector, options);
          if ('status' in pinned) return reloadAnswer(pinned, policyDir);
          const { revision } = pinned;
          return json(200, { status: 'pinned', changed: false, revision, previous_revision: revision, pinned: revision });
        },
      },
    },
    {
      path: '/policy/resume',
      methods: {
        POST: async (call) => {
          const { options } = await askedReload(call);
          return reloadAnswer(await deps.engine.reload('api', { ...options, resume: true }), policyDir);
        },
      },
    },
  ];
}

async function list(history: HistoryQueries, call: Call): Promise<Reply> {
  const { entries, ...standing } = await history.list(limitOf(call));
  return json(200, { ...standing, entries: entries.map(wireEntry) });
}

function limitOf({ query }: Call): number {
  const given = parameter(query, 'limit')[0] ?? '';
  if (given === '') return DEFAULT_LIMIT;
  demand(/^[1-9]\d{0,5}$/u.test(given), 'limit must be a positive integer');
  return Math.min(Number(given), MAX_LIMIT);
}

function diff(history: HistoryQueries, { query }: Call): Promise<Reply> {
  const [from = 'serving'] = parameter(query, 'from');
  const [to = 'disk'] = parameter(query, 'to');
  return history.diff(from, to).then((comparison) => json(200, comparison));
}

/** `/policy/revisions/{id}` and `/policy/revisions/{id}/files/{path}`. */
async function revision(history: HistoryQueries, { path }: Call): Promise<Reply> {
  const [selector = '', kind, ...name] = decoded(path.slice(REVISIONS.length + 1));
  if (kind === undefined || kind === '') {
    const { entry, source } = await history.sources(selector);
    const files = filesOf(source).map((file) => ({ path: file.path, bytes: file.bytes.byteLength }));
    return json(200, { ...wireEntry(entry), files });
  }
  demand(kind === 'files' && name.length > 0, 'Expected /policy/revisions/{id}/files/{path}');
  const { bytes } = await history.file(selector, name.join('/'));
  return { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' }, body: bytes };
}

function decoded(path: string): string[] {
  try {
    return path.split('/').map((part) => decodeURIComponent(part));
  } catch (thrown) {
    demand(!(thrown instanceof URIError), 'the path is not percent-encoded as it should be');
    throw thrown;
  }
}
