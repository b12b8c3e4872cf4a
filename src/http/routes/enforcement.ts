import path from 'node:path';
import type { NewAuditEvent } from '../../audit/event.js';
import type { EnforcementEntry, EnforcementStore, EnforcementTarget } from '../../audit/enforcement-store.js';
import { goString, goStruct } from '../../domains/go-decode.js';
import { decodeBody, demand } from '../../domains/request-body.js';
import { GatewayError } from '../../errors.js';
import type { Log } from '../../log.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { json, refused } from '../replies.js';

/** What the enforcement routes are built from. */
export interface EnforcementDeps {
  readonly store: EnforcementStore;
  /** Writes one row of the trail. Throws `audit_store_failed`. */
  readonly audit: (event: NewAuditEvent) => void;
  readonly log: Log;
}

const request = goStruct({ target_type: goString, target_name: goString, reason: goString, source_path: goString });

/** The block and allow lists. A list that cannot be read or written is 503, never an empty one. */
export function enforcementResources(deps: EnforcementDeps): Resource[] {
  const { store } = deps;
  return [
    {
      path: '/enforce/block',
      methods: {
        POST: async (call) => {
          const target = readTarget(await call.body(), 'blocked via REST API');
          return change(deps, call, target, { action: 'api-enforce-block', status: 'blocked', run: () => store.block(target) });
        },
        DELETE: async (call) => {
          const target = readTarget(await call.body(), 'unblocked via REST API');
          const run = (): boolean => store.unblock(target.targetType, target.targetName);
          return change(deps, call, target, { action: 'api-enforce-unblock', status: 'unblocked', run });
        },
      },
    },
    {
      path: '/enforce/allow',
      methods: {
        POST: async (call) => {
          const given = readTarget(await call.body(), 'allowed via REST API');
          // A plugin is known by the name of its folder or file, wherever that is.
          const target = given.targetType === 'plugin' ? { ...given, targetName: path.posix.basename(given.targetName) } : given;
          return change(deps, call, target, { action: 'api-enforce-allow', status: 'allowed', run: () => store.allow(target) });
        },
      },
    },
    { path: '/enforce/blocked', methods: { GET: () => guarded(deps, () => json(200, store.list('block').map(printed))) } },
    { path: '/enforce/allowed', methods: { GET: () => guarded(deps, () => json(200, store.list('allow').map(printed))) } },
  ];
}

function readTarget(body: Uint8Array, standardReason: string): EnforcementTarget {
  const { target_type: targetType, target_name: targetName, reason, source_path: sourcePath } = decodeBody(body, request);
  demand(targetType.trim() !== '' && targetName.trim() !== '', 'target_type and target_name are required');
  return { targetType, targetName, reason: reason === '' ? standardReason : reason, ...(sourcePath === '' ? {} : { sourcePath }) };
}

interface Change {
  readonly action: 'api-enforce-block' | 'api-enforce-unblock' | 'api-enforce-allow';
  readonly status: string;
  readonly run: () => EnforcementEntry | boolean;
}

/** The change first, then its row: both are in one file, so when the row fails the caller is told and asks again. */
function change(deps: EnforcementDeps, call: Call, target: EnforcementTarget, { action, status, run }: Change): Reply {
  return guarded(deps, () => {
    run();
    const { targetType, targetName, reason, sourcePath } = target;
    deps.audit({
      action,
      target: `${targetType}:${targetName}`,
      actor: 'api',
      details: sourcePath === undefined ? reason : `${reason} (at ${sourcePath})`,
      outcome: status,
      request_id: call.requestId,
    });
    return json(200, { status });
  });
}

/** Runs `work`; a store that fails is 503. Other coded errors (a full list, a name too long) answer as the table says. */
export function guarded({ log }: Pick<EnforcementDeps, 'log'>, work: () => Reply): Reply {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.code !== 'audit_store_failed') throw thrown;
    log.error({ err: thrown }, 'the audit store cannot be read or written');
    return refused(503, 'audit store unavailable', thrown.code);
  }
}

function printed({ id, target_type, target_name, reason, source_path, updated_at }: EnforcementEntry): Readonly<Record<string, unknown>> {
  return { id, target_type, target_name, reason, ...(source_path === undefined ? {} : { source_path }), updated_at };
}
