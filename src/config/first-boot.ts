import { randomBytes } from 'node:crypto';
import { link, rm } from 'node:fs/promises';
import path from 'node:path';
import { GatewayError } from '../errors.js';
import { besideName, PRIVATE_MODE, writeAtomically, writeNew } from './atomic-write.js';
import { readBounded, systemErrorCode } from './bounded-file.js';
import type { Config } from './config.js';
import { makeFolder } from './make-folder.js';
import { processEnvironment, type ProcessEnvironment } from './environment.js';
import { resolveToken, TOKEN_VARIABLE, type ResolvedToken } from './token.js';

/** Bytes of a fresh token; written as twice as many hex digits. */
const TOKEN_BYTES = 32;
const MAX_ENV_FILE_BYTES = 1024 * 1024;
/** Rounds of a race; each is lost only to a starter that got further. */
const MAX_ROUNDS = 20;

/** The token of the first boot: found by the ladder, or made and written into `<data_dir>/.env`. */
export interface BootToken extends ResolvedToken {
  readonly created: boolean;
}

/** Puts a candidate at `claim`, or takes the one that is there. Undefined when it went away meanwhile. */
async function claimCandidate(claim: string): Promise<string | undefined> {
  const temporary = besideName(claim);
  const candidate = randomBytes(TOKEN_BYTES).toString('hex');
  try {
    await writeNew(temporary, candidate, PRIVATE_MODE);
    // link() is the one call that creates a complete file and fails when the name is taken.
    await link(temporary, claim);
    return candidate;
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    const claimed = readBounded(claim, 4096);
    return claimed === undefined ? undefined : Buffer.from(claimed).toString('latin1');
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Adds the token to the lines that are there. */
async function writeToken(envFile: string, token: string): Promise<void> {
  const before = Buffer.from(readBounded(envFile, MAX_ENV_FILE_BYTES) ?? []).toString('utf8');
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await writeAtomically(envFile, `${before}${gap}${TOKEN_VARIABLE}=${token}\n`, PRIVATE_MODE);
}

/**
 * The API token; the first boot makes one. Two gateways that start at once agree on one token:
 * 1. each proposes a candidate by linking it to one name, which succeeds for one of them; the others take that candidate;
 * 2. whoever finds no token after step 1 writes the agreed one - all write the same bytes, so the order does not matter;
 * 3. the candidate is removed. A starter that comes later finds the token; one that crashed left a candidate that the next takes.
 * Throws `config_unreadable` when the data folder cannot be written.
 */
export async function ensureToken(config: Config, env: ProcessEnvironment = processEnvironment()): Promise<BootToken> {
  const { dataDir, envFile } = config.paths;
  const found = resolveToken(config, env);
  if (found !== undefined) return { ...found, created: false };
  try {
    makeFolder(dataDir);
    return await agree(config, env, path.join(dataDir, '.env.first-boot'));
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError('config_unreadable', `Cannot write the token file ${envFile}: ${systemErrorCode(error) ?? String(error)}`, {
      cause: error,
      details: { file: envFile },
      hint: 'Let --data-dir, data_dir or DEFENSECLAW_HOME name a folder that this user can write in.',
    });
  }
}

async function agree(config: Config, env: ProcessEnvironment, claim: string): Promise<BootToken> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const candidate = await claimCandidate(claim);
    const found = resolveToken(config, env);
    if (found === undefined && candidate !== undefined) await writeToken(config.paths.envFile, candidate);
    if (found !== undefined || candidate !== undefined) await rm(claim, { force: true });
    const agreed = found ?? resolveToken(config, env);
    if (agreed !== undefined) return { ...agreed, created: found === undefined };
  }
  throw new GatewayError('internal', `Expected a token in ${config.paths.envFile} after writing it`);
}
