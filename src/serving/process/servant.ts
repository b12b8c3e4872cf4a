import type { Socket } from 'node:net';
import { EvaluationContext } from '../../evaluator/host/evaluation-context.js';
import { createCore } from '../../http/core.js';
import { quickDataResource } from '../../http/quick/data.js';
import { quickDecisionResources } from '../../http/quick/decisions.js';
import { KnownHeads } from '../../http/quick/known-heads.js';
import { createQuickLane } from '../../http/quick/lane.js';
import { createWire } from '../../http/quick/wire.js';
import { createHttpServer } from '../../http/server.js';
import { createDecisionMetrics } from '../../telemetry/metrics/combined.js';
import { withTraces } from '../../telemetry/traces/traced-log.js';
import type { ServingCommand, ServingEvent, ServingSettings } from '../protocol.js';
import type { GatewayWords } from '../gateway-words.js';
import { createChannelLog } from './channel-log.js';
import { Forwarder } from './forwarder.js';
import { HeldRevisions } from './held-revisions.js';
import { LiveSettings } from './live-settings.js';
import { createRecordSender } from './record-sender.js';
import type { SendEvent } from './record-sender.js';

export interface ServantOptions {
  readonly settings: ServingSettings;
  readonly words: GatewayWords;
  readonly tell: (event: ServingEvent) => void;
  readonly send: SendEvent;
  /** Gives a connection back to the main process, with what was read from it. Not one whose keys are known here alone. */
  readonly giveBack: (socket: Socket, read: Uint8Array) => void;
}

/** A serving process from the inside. */
export interface Servant {
  take(socket: Socket): void;
  obey(command: Extract<ServingCommand, { type: 'prepare' | 'release' | 'settings' | 'tls' | 'report' | 'leave' }>): void;
  drain(): Promise<void>;
}

/** Answers the usual decision requests by the same rules as the main process, and sends everything else on to it. */
export async function createServant({ settings, words, tell, send, giveBack }: ServantOptions): Promise<Servant> {
  const { limits } = settings;
  const log = createChannelLog(tell, settings.debug);
  const metrics = createDecisionMetrics();
  const held = new HeldRevisions(settings, words, new EvaluationContext((text) => log.debug({ print: text }, 'print')));
  const live = new LiveSettings(settings.stateFile, words);
  const core = createCore({ token: settings.token, metrics, log, limits, quiet: !settings.debug });
  const records =
    settings.decisions === undefined ? undefined : createRecordSender({ settings: settings.decisions, count: metrics.decision }, send);
  const traced = await withTraces(records, settings.traces, log, metrics.exemplar);
  const parts = { deps: { ...settings, metrics }, limits, source: held, failed: core.failed, decisions: traced.log };
  const lists = { enforcement: live, guardrail: () => live.guardrail };
  const resources = [...quickDecisionResources({ ...parts, settings: lists }), quickDataResource(parts)];
  const heads = new KnownHeads();
  const forwarder = new Forwarder(settings.mainPath, log);
  const server = createHttpServer((request, response, body) => forwarder.forward(request, response, body), {
    ...{ limits, log, tls: settings.tls },
    quick: ({ otherwise, leaving, handOver }) => ({
      serve: createQuickLane({ core, resources, heads, otherwise, leaving, log }),
      wire: createWire({ core, heads, leaving, handOver, giveBack: settings.tls === undefined ? giveBack : undefined }),
    }),
  });
  let connections = 0;

  async function prepare(command: Extract<ServingCommand, { type: 'prepare' }>): Promise<void> {
    const { generation } = command.revision;
    const failure = await held.prepare(command.revision);
    tell(failure === undefined ? { type: 'prepared', generation } : { type: 'refused', generation, ...failure });
  }

  async function report(number?: number): Promise<void> {
    const counted = await metrics.snapshot();
    // Read last: they are to be those of the moment in which they are sent.
    const { forwarded } = forwarder;
    const figures = { connections, forwarded, ...held.figures(), tallies: held.takeTallies(), metrics: counted };
    tell({ type: 'report', number, figures });
  }

  return {
    take(socket) {
      if (connections >= limits.maxConnections) {
        socket.destroy();
        return;
      }
      connections += 1;
      socket.once('close', () => (connections -= 1));
      server.adopt(socket);
    },
    obey(command) {
      if (command.type === 'prepare') void prepare(command);
      else if (command.type === 'release') held.release(command.generation);
      else if (command.type === 'settings') live.update(command);
      else if (command.type === 'tls') server.renewTls(command.pair);
      else if (command.type === 'leave') server.leave();
      else void report(command.number);
    },
    async drain() {
      await server.close();
      forwarder.close();
      records?.flush();
      await Promise.all([report(), traced.close()]);
    },
  };
}
