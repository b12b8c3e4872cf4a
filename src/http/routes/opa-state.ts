import type { DecisionLogState } from '../../decisions/keeper.js';
import { BUNDLE } from '../../decisions/record.js';
import { goJson } from '../../domains/go-json.js';
import type { Engine } from '../../engine/engine.js';
import type { Call, Reply, Resource } from '../exchange.js';
import { jsonText } from '../opa/answer.js';
import type { OpaDeps } from '../opa/deps.js';
import { hasFlag } from '../query.js';
import { sorted } from '../replies.js';

/** GET /v1/status and GET /v1/config, where clients of OPA look for what serves and how it is set up. */
export function opaStateResources({ deps, attachment }: OpaDeps): readonly Resource[] {
  const labels = { id: deps.instance ?? '', version: deps.version };
  return [
    {
      path: '/v1/status',
      methods: {
        GET: (call) =>
          told(call, {
            labels,
            bundles: {
              ...followed(deps, attachment.engine?.current),
              ...(attachment.engine === undefined ? {} : { [BUNDLE]: bundleOf(attachment.engine) }),
            },
            plugins: {
              bundle: { state: attachment.engine?.current === undefined ? 'NOT_READY' : 'OK' },
              ...decisionLogs(deps.decisionLog?.()),
              status: { state: 'OK' },
            },
          }),
      },
    },
    {
      path: '/v1/config',
      methods: {
        GET: (call) =>
          told(call, { labels, default_decision: `/${deps.defaultDecision ?? 'system/main'}`, defenseclaw: deps.settings?.() ?? {} }),
      },
    },
  ];
}

/** Each bundle that is followed; what serves of them all stands beside them. */
function followed({ bundles }: OpaDeps['deps'], current: Engine['current']): Readonly<Record<string, unknown>> {
  const states = Object.entries(bundles?.(current?.id) ?? {});
  return Object.fromEntries(states.map(([name, state]) => [name, { type: 'snapshot', active_revision: '', ...state }]));
}

function decisionLogs(log: DecisionLogState | undefined): Readonly<Record<string, unknown>> {
  if (log === undefined) return {};
  const ok = log.ok && Object.values(log.sinks).every((sink) => sink.ok);
  return { decision_logs: { state: ok ? 'OK' : 'WARN' } };
}

function told(call: Call, result: unknown): Reply {
  return jsonText(goJson(sorted({ result })), hasFlag(call.query, 'pretty'));
}

/** All that is served, in the words of OPA's bundle status. */
function bundleOf({ current, lastOutcome }: Engine): Record<string, unknown> {
  const failed = lastOutcome?.status === 'rejected' ? lastOutcome : undefined;
  return {
    name: BUNDLE,
    type: 'snapshot',
    active_revision: current?.id ?? '',
    ...(current === undefined ? {} : { last_successful_activation: current.loadedAt }),
    ...(lastOutcome === undefined ? {} : { last_request: lastOutcome.at }),
    ...(failed === undefined
      ? {}
      : {
          code: 'bundle_error',
          message: failed.error?.message ?? 'the policies were rejected',
          errors: failed.diagnostics.map(({ code, message, file, row, col }) => ({ code, message, location: { file, row, col } })),
        }),
  };
}
