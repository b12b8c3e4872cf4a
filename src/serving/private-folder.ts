import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GatewayError } from '../errors.js';
import { isAnswered } from '../http/local-socket.js';
import { isRunning } from '../is-running.js';
import type { Log } from '../log.js';

const PREFIX = 'defenseclaw-';
const NAME = /^defenseclaw-[A-Za-z0-9]{6}$/;

/** Names the process that made the folder. With it inside, everything in there is ours. */
const OWNER = 'owner';

/** Local socket of the main process. */
export const MAIN_SOCKET = 'main.sock';

/** Bytes that the path of a local socket may have: 108 on Linux and 104 on macOS and BSD, the closing zero included. */
const MAX_SOCKET_PATH = process.platform === 'linux' ? 107 : 103;

/** What goes below TMPDIR: `mkdtemp` puts six characters where the X stand. */
const BELOW = path.join('/', `${PREFIX}XXXXXX`, MAIN_SOCKET).length;

/** A folder without a socket may belong to a gateway that starts in another container; for so long it is left alone. */
const STARTING_MS = 600_000;

/** Makes a folder for local sockets that nobody else can enter. Throws `serving_failed`, naming what is wrong with TMPDIR. */
export function createPrivateFolder(): string {
  const parent = tmpdir();
  const length = Buffer.byteLength(parent) + BELOW;
  if (length > MAX_SOCKET_PATH) {
    const room = MAX_SOCKET_PATH - BELOW;
    throw new GatewayError('serving_failed', `TMPDIR is too long for local sockets: Expected at most ${room} bytes, got ${parent}`);
  }
  try {
    const folder = mkdtempSync(path.join(parent, PREFIX));
    writeFileSync(path.join(folder, OWNER), `${process.pid}\n`, { mode: 0o600, flag: 'wx' });
    return folder;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('serving_failed', `cannot make a folder for local sockets: ${reason}`, { cause });
  }
}

/**
 * Removes the folders of gateways of this user that were killed before they could do so themselves. A folder is left over when its owner is
 * gone: the process that it names does not run, and nobody answers on its socket (the owner may live where its number means another process,
 * or none: in a container that shares the folder). Never rejects.
 */
export async function removeLeftovers(own: string, log: Log): Promise<void> {
  const parent = path.dirname(own);
  for (const name of namesIn(parent, log)) {
    const folder = path.join(parent, name);
    if (!NAME.test(name) || folder === own || !isLeftover(folder) || (await isAnswered(path.join(folder, MAIN_SOCKET)))) continue;
    try {
      rmSync(folder, { recursive: true, force: true });
      log.info({ folder }, 'removed what a gateway that was killed had left behind');
    } catch (err) {
      log.warn({ err, folder }, 'what a gateway that was killed had left behind could not be removed');
    }
  }
}

/** Made by this user, and its owner does not run any more. */
function isLeftover(folder: string): boolean {
  try {
    const file = path.join(folder, OWNER);
    const { uid, mtimeMs } = statSync(file);
    const text = readFileSync(file, 'utf8');
    if (uid !== process.getuid?.() || !/^\d+\n$/.test(text)) return false;
    if (!existsSync(path.join(folder, MAIN_SOCKET)) && Date.now() - mtimeMs < STARTING_MS) return false;
    const pid = Number(text);
    // A gateway in a container has the same number each time: a folder that names this process was its predecessor's.
    return pid === process.pid || !isRunning(pid);
  } catch {
    // No owner is named there, or it went at this moment: not ours to judge.
    return false;
  }
}

function namesIn(parent: string, log: Log): readonly string[] {
  try {
    return readdirSync(parent);
  } catch (err) {
    log.warn({ err, folder: parent }, 'what gateways that were killed had left behind could not be looked for');
    return [];
  }
}
