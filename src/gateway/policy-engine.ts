import type { BundleReader } from '../bundles/bundle-reader.js';
import { createRegoCompiler } from '../compiler/rego-compiler.js';
import type { RegoCompiler } from '../compiler/rego-compiler.js';
import type { Config } from '../config/config.js';
import { guardrail } from '../domains/guardrail.js';
import { createDomainGate } from '../domains/required-domains.js';
import type { Gate, PolicyCompile, SourceGate } from '../engine/candidate.js';
import { createEngine } from '../engine/create-engine.js';
import type { Engine } from '../engine/engine.js';
import { SourceGates } from '../engine/source-gates.js';
import { createForgetfulKeeper } from '../engine/forgetful-keeper.js';
import { GatewayError } from '../errors.js';
import type { Evaluator } from '../evaluator/evaluator.js';
import { effectsOf } from '../history/compare/effects.js';
import type { DecisionKeeper } from '../decisions/keeper.js';
import { withMasks } from '../decisions/mask/with-masks.js';
import { AskedEntrypoints, noting } from '../history/guards/asked-entrypoints.js';
import { createGuardGate, sayingWhatIsLost } from '../history/guards/guard-gate.js';
import type { History } from '../history/history.js';
import type { KeptHead } from '../history/kept-head.js';
import type { Watchdog } from '../history/watchdog/watchdog.js';
import type { Log } from '../log.js';
import { mergeAgain } from '../policy/merge-again.js';
import { mergeApart } from '../policy/merge-apart.js';
import { contentKey } from '../policy/source-set.js';
import type { SourceReader } from '../policy/source-reader.js';
import type { Serving } from '../serving/serving.js';
import { withServing } from '../serving/with-serving.js';
import { createPolicyCompile } from './compile-policy.js';
import { currentMaker, keptFirst, mergedBefore, passedBefore } from './kept-compile.js';
import { configuredBundles, configuredReader } from './configured-reader.js';
import { createGatewayEvaluator } from './gateway-evaluator.js';
import type { GatewayEvaluator } from './gateway-evaluator.js';

export interface PolicyEngineOptions {
  readonly config: Config;
  /** Absolute; undefined means that no folder is configured, and every reload is rejected saying so. */
  readonly policyDir: string | undefined;
  /** Follow the configured bundles instead of a folder. Default false. */
  readonly fromBundles?: boolean;
  readonly log: Log;
  /** Closed with the engine. Default: one of its own. */
  readonly evaluator?: GatewayEvaluator | undefined;
  /** What is asked of everything that was read, last of all; given the engine's own compiler. */
  readonly gatesOn?: (compiler: RegoCompiler) => readonly SourceGate[];
  /** Asked of a candidate after all other gates that look at it. */
  readonly impactGate?: Gate;
  /** Gets every revision too, and changes over with the engine. */
  readonly serving?: Pick<Serving, 'prepare' | 'deactivate' | 'observeTallies'> | undefined;
  /** Asks the policy what of a decision is recorded: a revision whose masks cannot be asked does not serve. */
  readonly decisions?: Pick<DecisionKeeper, 'prepareMasks'> | undefined;
  /** Hears what becomes of decisions. */
  readonly watchdog?: Pick<Watchdog, 'note'> | undefined;
  /** Keeps what served; without it nothing outlives the process. */
  readonly history?: History | undefined;
  /** What is kept of what served last: a folder that holds just that is known to be whole. */
  readonly head?: KeptHead | undefined;
}

/** Grows while nothing serves because readings or compiles run out of time, and stays: what took long once takes long again. */
export interface Patience {
  factor: number;
}

/** The parts that read, compile and run one policy folder. */
export interface PolicyEngine {
  readonly policyDir: string | undefined;
  readonly reader: SourceReader;
  /** What is read in place of a folder. */
  readonly bundles: BundleReader | undefined;
  readonly compiler: RegoCompiler;
  readonly evaluator: Evaluator;
  readonly engine: Engine;
  /** How much longer than usual a reading or a compile may take here. */
  readonly patience: Patience;
  /** Of one instance. */
  readonly maxMemoryMb: number;
  /** The engine's compile step, for looking at sources that do not serve. */
  readonly compile: PolicyCompile;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A third of the time of whoever decides, where both want all of a core: decisions wait less, and a reload still comes through. */
const COMPILER_PRIORITY = 5;

/** Puts the engine together; nothing runs yet but the worker threads. */
export function createPolicyEngine(options: PolicyEngineOptions): PolicyEngine {
  const { config, policyDir, log, serving, history, gatesOn, impactGate, watchdog, decisions } = options;
  const { policy } = config;
  const patience: Patience = { factor: 1 };
  const reader = configuredReader(config, () => patience.factor);
  const compiler = createRegoCompiler({
    override: config.compiler.path,
    timeoutMs: config.compiler.timeout,
    priority: COMPILER_PRIORITY,
  });
  const { evaluator, printTo } = options.evaluator ?? createGatewayEvaluator(config);
  printTo(log);
  const bundles = options.fromBundles === true ? configuredBundles(config, compiler) : undefined;
  const domainGate = createDomainGate({ required: policy.required_domains, serving: () => engine.current });
  const asked = new AskedEntrypoints();
  serving?.observeTallies((tallies) => {
    for (const tally of tallies) {
      asked.note(tally.entrypoint);
      watchdog?.note(tally);
    }
  });
  const guardGate = createGuardGate({ guards: config.guards, serving: () => engine.current, asked: () => asked.recent() });
  const { hostedBuiltins: hosted, overrides } = evaluator;
  const maker = (): string | undefined => currentMaker({ compilerPath: config.compiler.path, hosted, overrides });
  const fresh = createPolicyCompile({
    ...{ compiler, hosted, overrides },
    maker: () => maker() ?? 'unknown',
    keys: [guardrail.entrypoint],
    patience: () => patience.factor,
  });
  const compile = history === undefined ? fresh : keptFirst(history, maker, fresh);
  const kept = options.head?.manifest;
  const whole = kept?.checksId === undefined ? undefined : contentKey({ id: kept.revision, checksId: kept.checksId });
  const engine: Engine = createEngine({
    read: async (previous) => {
      if (bundles !== undefined) return bundles.read();
      if (policyDir === undefined) throw new GatewayError('policy_dir_missing', 'policy_dir not configured');
      try {
        // Once something serves, what served before is one moment of many that a save of several files may pass through.
        return await reader.read(policyDir, previous === undefined ? { whole } : { previous });
      } catch (thrown) {
        throw sayingWhatIsLost(thrown, engine.current, config.guards.modules);
      }
    },
    compile,
    merge: mergeAgain(history === undefined ? mergeApart : mergedBefore(history, mergeApart)),
    evaluator: noting(
      withMasks(serving === undefined ? evaluator : withServing(evaluator, serving), decisions),
      asked,
      watchdog === undefined ? undefined : (tally) => watchdog.note(tally),
    ),
    gates: [
      passedBefore(history, () => engine.current !== undefined, [domainDataGate, judgeGate, packGate]),
      // Before the domains: one who puts another policy set in the place of this one is told of one thing to accept, not of six.
      guardGate,
      domainGate,
      ...(impactGate === undefined ? [] : [impactGate]),
    ],
    ...(gatesOn === undefined ? {} : { sourceGates: new SourceGates(gatesOn(compiler)) }),
    keeper: history ?? createForgetfulKeeper(),
    warm: history === undefined ? 0 : config.history.warm,
    ...(history === undefined ? {} : { compare: effectsOf }),
    log,
  });
  let closing: Promise<void> | undefined;
  return {
    policyDir,
    reader,
    bundles,
    compiler,
    evaluator,
    engine,
    patience,
    maxMemoryMb: config.evaluation.max_memory_mb,
    compile,
    close() {
      serving?.deactivate();
      return (closing ??= Promise.allSettled([engine.close(), evaluator.close(), compiler.close()]).then(() => undefined));
    },
  };
}

/** Data that would disarm a decision domain never serves. */
const domainDataGate: Gate = async ({ source, document, policy }) => {
  const { checkDomainData } = await import('../domains/data-schema.js');
  return checkDomainData(document, policy.packages, source);
};

/** Loaded when it is first asked, as the one above: a start on what passed before asks neither. */
const judgeGate: Gate = async (candidate, options) => (await import('../judge/judge-gate.js')).judgeGate(candidate, options);

const packGate: Gate = async (candidate, options) => (await import('../judge/pack/pack-gate.js')).packGate(candidate, options);
