import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Core } from '../core.js';
import { KEEP_ALIVE_GRACE_MS } from '../deps.js';
import { REQUEST_ID_HEADER } from '../door/request-id.js';
import { EVENTS_PATH } from '../exchange.js';
import type { Reply } from '../exchange.js';
import type { KnownHeads } from './known-heads.js';
import { ask, callAt } from './stops.js';

export interface WireOptions {
  readonly core: Pick<Core, 'observe' | 'failed' | 'limits'>;
  readonly heads: KnownHeads;
  readonly leaving: () => boolean;
  /** Gives a connection to Node's HTTP server, with whatever was read from it put back. */
  readonly handOver: (socket: Socket) => void;
  /** Gives a connection back to whoever handed it to this process, with what was read from it; undefined where that cannot be. */
  readonly giveBack?: ((socket: Socket, read: Uint8Array) => void) | undefined;
}

/** Connections whose requests are recognised by their bytes. */
export interface Wire {
  take(socket: Socket): void;
  /** Ends what is idle. */
  hangUp(): void;
}

const TICK_MS = 1_000;

/** A request for an answer that lasts. Who takes decisions has no time to hold on to it, and would only pass everything on. */
const LASTING = Buffer.from(`GET ${EVENTS_PATH}`);

/**
 * Answers known requests straight on the socket, at less than half of what Node's HTTP server takes for one. The first chunk that is not one
 * whole known request gives the connection to that server, bytes and all, for good.
 */
export function createWire({ core, heads, leaving, handOver, giveBack }: WireOptions): Wire {
  const { limits } = core;
  const open = new Set<Line>();
  const idleTicks = { fresh: limits.headersTimeoutMs / TICK_MS, used: (limits.keepAliveTimeoutMs + KEEP_ALIVE_GRACE_MS) / TICK_MS };
  const keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(limits.keepAliveTimeoutMs / 1000)}\r\n\r\n`;
  let tick = 0;

  setInterval(() => {
    tick += 1;
    for (const line of open) if (!line.busy && tick - line.at > (line.used ? idleTicks.used : idleTicks.fresh)) line.socket.destroy();
  }, TICK_MS).unref();

  function leave(line: Line): void {
    line.unlisten();
    open.delete(line);
  }

  function giveUp(line: Line, chunk: Buffer): void {
    leave(line);
    line.socket.pause();
    if (giveBack !== undefined && isLasting(chunk)) {
      giveBack(line.socket, chunk);
      return;
    }
    line.socket.unshift(chunk);
    handOver(line.socket);
  }

  function onData(line: Line, chunk: Buffer): void {
    const start = performance.now();
    const found = heads.recognise(chunk);
    if (found === undefined || found.body.length > limits.maxBodyBytes) {
      giveUp(line, chunk);
      return;
    }
    const { path, headers, stop } = found.head;
    const call = callAt(path, headers, line);
    const reply = ask(stop, call, found.body, core);
    if (reply === undefined) {
      giveUp(line, chunk);
      return;
    }
    line.at = tick;
    line.used = true;
    const finish = (known: Reply): void => {
      answer(line, call.requestId, known);
      core.observe(call, stop.route, known, start);
    };
    if (!(reply instanceof Promise)) {
      finish(reply);
      return;
    }
    // Nothing more is read until this is answered: answers go out in the order of the requests.
    line.busy = true;
    line.socket.pause();
    reply.then(
      (known) => {
        line.busy = false;
        line.socket.resume();
        finish(known);
      },
      () => line.socket.destroy(),
    );
  }

  function answer({ socket, ended }: Line, requestId: string, { status, headers, body }: Reply): void {
    let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${REQUEST_ID_HEADER}: ${requestId}\r\n`;
    for (const name in headers) head += `${name}: ${headers[name] ?? ''}\r\n`;
    const length = Buffer.byteLength(body);
    const last = ended || leaving();
    head += `Content-Length: ${length}\r\nDate: ${dateNow()}\r\n${last ? 'Connection: close\r\n\r\n' : keepAlive}`;
    if (socket.destroyed) return;
    let flows: boolean;
    if (typeof body === 'string' && body.length === length) flows = socket.write(head + body, 'latin1');
    else {
      socket.cork();
      socket.write(head, 'latin1');
      flows = socket.write(body);
      socket.uncork();
    }
    if (last) socket.destroySoon();
    else if (!flows) {
      // Its peer does not read what it asked for: nor do we read what it asks next.
      socket.pause();
      socket.once('drain', () => socket.resume());
    }
  }

  return {
    take(socket) {
      const line = new Line(socket, tick, { onData, leave });
      open.add(line);
      socket.resume();
    },
    hangUp() {
      for (const { busy, socket } of open) if (!busy) socket.destroySoon();
    },
  };
}

function isLasting(chunk: Buffer): boolean {
  const after = chunk[LASTING.length];
  return (after === SPACE || after === QUESTION_MARK) && chunk.subarray(0, LASTING.length).equals(LASTING);
}

const SPACE = 0x20;
const QUESTION_MARK = 0x3f;

interface LineEvents {
  readonly onData: (line: Line, chunk: Buffer) => void;
  readonly leave: (line: Line) => void;
}

/** One connection. */
class Line {
  readonly socket: Socket;
  /** Tick of its last request. */
  at: number;
  used = false;
  busy = false;
  /** The peer will send no more. */
  ended = false;
  /** Asked for once: the socket looks it up each time. */
  readonly remoteAddress: string | undefined;
  readonly unlisten: () => void;

  constructor(socket: Socket, at: number, { onData, leave }: LineEvents) {
    this.socket = socket;
    this.at = at;
    this.remoteAddress = socket.remoteAddress;
    // A peer may stop sending and still read.
    socket.allowHalfOpen = true;
    const data = (chunk: Buffer): void => onData(this, chunk);
    const end = (): void => {
      this.ended = true;
      if (!this.busy) socket.end();
    };
    const close = (): void => leave(this);
    // A broken connection is none of our business: `close` follows.
    const error = (): void => undefined;
    socket.on('data', data).on('end', end).on('close', close).on('error', error);
    this.unlisten = () => void socket.off('data', data).off('end', end).off('close', close).off('error', error);
  }
}

let second = 0;
let date = '';

/** The time as HTTP writes it, made once a second. */
function dateNow(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    date = new Date(now * 1000).toUTCString();
  }
  return date;
}
