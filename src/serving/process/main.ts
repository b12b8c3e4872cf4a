import type { Socket } from 'node:net';
import { loadBuiltins } from '../../evaluator/linker.js';
import { followParent } from '../../follow-parent.js';
import type { ServingCommand, ServingEvent, ServingSettings } from '../protocol.js';
import { Claims } from '../claims.js';
import { GATEWAY_WORDS } from '../gateway-words.js';
import { WORDS_FD } from '../inherited.js';
import { SharedWords } from '../shared-words.js';
import { createServant } from './servant.js';
import type { Servant } from './servant.js';

// Program of a serving process. The main process drains it, then ends it.
followParent();

function tell(event: ServingEvent): void {
  if (process.connected) process.send?.(event);
}

function send(event: ServingEvent, sent: () => void): void {
  if (process.connected && process.send !== undefined) process.send(event, undefined, undefined, sent);
  else sent();
}

/** The other end is closed here once the main process has its own: the connection lives on there. */
function giveBack(socket: Socket, read: Uint8Array): void {
  const event: ServingEvent = { type: 'returned', read };
  if (process.connected && process.send !== undefined) process.send(event, socket, { keepOpen: true }, () => socket.destroy());
  else socket.destroy();
}

const words = new SharedWords(WORDS_FD, GATEWAY_WORDS);
const claims = Claims.inherited();
let servant: Servant | undefined;
/** Settles once there is one. */
let starting: Promise<void> | undefined;

async function start(settings: ServingSettings): Promise<void> {
  servant = await createServant({ settings, words, tell, send, giveBack });
  tell({ type: 'started' });
}

/** Nothing was read from the connection yet, and nothing will be when somebody else has it by now. */
function take(number: number, socket: Socket | undefined): void {
  if (servant !== undefined && socket !== undefined && claims.take(number)) {
    tell({ type: 'taken', number });
    servant.take(socket);
  } else {
    socket?.destroy();
    tell({ type: 'left', number });
  }
}

async function obey(command: ServingCommand, socket: Socket | undefined): Promise<void> {
  if (servant === undefined && starting !== undefined) await starting;
  if (command.type === 'start') {
    starting = start(command.settings);
    await starting;
  } else if (command.type === 'drain') {
    await servant?.drain();
    process.disconnect();
  } else if (command.type === 'connection') {
    take(command.number, socket);
  } else servant?.obey(command);
}

process.on('message', (command, socket) => {
  obey(command as ServingCommand, socket as Socket | undefined).catch((error: unknown) => {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ type: 'log', level: 'error', fields: { error: message }, message: 'a serving process failed' });
    process.exitCode = 1;
    process.disconnect();
  });
});

// Now, while nobody waits: at a reload whoever is connected here would.
await loadBuiltins();
tell({ type: 'loaded' });
