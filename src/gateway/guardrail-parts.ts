import type { AuditStore } from '../audit/audit-store.js';
import type { EnforcementStore } from '../audit/enforcement-store.js';
import type { Config } from '../config/config.js';
import type { GuardrailSettings } from '../config/guardrail-file.js';
import { createLiveGuardrail } from '../config/live-guardrail.js';
import { resolveLlm } from '../config/llm.js';
import type { Resource } from '../http/exchange.js';
import { auditEventResources } from '../http/routes/audit-events.js';
import { enforcementResources } from '../http/routes/enforcement.js';
import { guardrailConfigResource } from '../http/routes/guardrail-config.js';
import { guardrailEventResource } from '../http/routes/guardrail-event.js';
import { inspectResources } from '../http/routes/inspect.js';
import type { Judge, JudgeOptions } from '../judge/create-judge.js';
import { createInspector } from '../judge/inspect/create-inspector.js';
import { createScanner } from '../judge/scan/scanner.js';
import type { DecisionLog } from '../decisions/decision-log.js';
import type { Log } from '../log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Serving } from '../serving/serving.js';
import type { PolicyEngine } from './policy-engine.js';
import { tellOfRules } from './tell-of-rules.js';

export interface GuardrailOptions {
  readonly config: Config;
  readonly token: string | undefined;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly policy: PolicyEngine;
  readonly audit: AuditStore;
  readonly enforcement: EnforcementStore;
  /** Undefined: decisions are not recorded. */
  readonly decisions: DecisionLog | undefined;
  readonly serving: Pick<Serving, 'settingsChanged'> | undefined;
}

/** The guardrail: scan, judge, live settings, and the routes of both and of the lists and the trail. */
export interface GuardrailParts {
  readonly settings: () => GuardrailSettings;
  /** See {@link LiveGuardrail.adopt}. */
  readonly adopt: (settings: GuardrailSettings) => readonly string[];
  readonly judge: Judge | undefined;
  readonly resources: readonly Resource[];
  close(): Promise<void>;
}

/** Throws `config_invalid` for a judge that is enabled and cannot be asked. */
export async function createGuardrailParts(options: GuardrailOptions): Promise<GuardrailParts> {
  const { config, token, log, metrics, policy, enforcement, decisions } = options;
  const { engine } = policy;
  const live = createLiveGuardrail(config, (settings) => options.serving?.settingsChanged(settings));
  const judge = config.guardrail.judge.enabled ? await loadJudge({ config, llm: resolveLlm(config), metrics, log }) : undefined;
  judge?.subscribe(engine);
  tellOfRules(engine, log);
  const scanner = createScanner();
  const inspector = createInspector({ scanner, judge, lease: () => engine.lease() });
  const settings = (): GuardrailSettings => live.current;
  const audit = (event: Parameters<AuditStore['append']>[0]): void => void options.audit.append(event);
  return {
    settings,
    adopt: (changed) => live.adopt(changed),
    judge,
    resources: [
      ...inspectResources({
        ...{ inspector, settings, metrics, audit, decisions },
        ...{ lists: () => enforcement.lists(), serving: () => engine.current?.id },
      }),
      guardrailConfigResource({ live, token, audit, log }),
      guardrailEventResource({ metrics, audit }),
      ...enforcementResources({ store: enforcement, audit, log }),
      ...auditEventResources({ store: options.audit, log }),
    ],
    close: () => scanner.close(),
  };
}

/** The client of the models is 150 files: a gateway without a judge starts without them. */
async function loadJudge(options: JudgeOptions): Promise<Judge | undefined> {
  const { createJudge } = await import('../judge/create-judge.js');
  return createJudge(options);
}
