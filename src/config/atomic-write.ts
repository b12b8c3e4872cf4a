import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { systemErrorCode } from './bounded-file.js';

/** Owner alone: what is written here may hold credentials. */
export const PRIVATE_MODE = 0o600;

/** The file behind a symlink, so that writing keeps the link; the path itself when there is no file yet. */
async function behindLinks(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return file;
    throw error;
  }
}

async function modeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).mode & 0o777;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return PRIVATE_MODE;
    throw error;
  }
}

/** Writes a new file completely and to the disk; it must not exist. */
export async function writeNew(file: string, bytes: string | Uint8Array, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    // open() takes the umask off; the mode that was asked for is meant.
    await handle.chmod(mode);
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A rename is on the disk only when its folder is. Not every file system lets a folder be synced. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'EISDIR', 'EPERM', 'EACCES', 'ENOTSUP'].includes(systemErrorCode(error) ?? '')) throw error;
  } finally {
    await handle?.close();
  }
}

/** A name beside `file` that nobody else uses. */
export function besideName(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`);
}

/** Bytes that are on the disk, and so far under a name that nobody reads. */
export interface StagedFile {
  /** They take the place of the file whole: a reader sees the old bytes or the new. Throws system errors; then the old file is as it was. */
  place(): Promise<void>;
  /** What was placed is on the disk on return: a crash does not bring the old bytes back. */
  sync(): Promise<void>;
  /** They are not wanted. */
  drop(): Promise<void>;
}

/**
 * The first half of {@link writeAtomically}, for who has something else to write meanwhile. Keeps the mode of the file and a symlink to it; a new
 * file is private unless `mode` says otherwise. Throws system errors.
 */
export async function stageFile(file: string, bytes: string | Uint8Array, mode?: number): Promise<StagedFile> {
  const target = await behindLinks(file);
  const temporary = besideName(target);
  const drop = (): Promise<void> => rm(temporary, { force: true });
  try {
    await writeNew(temporary, bytes, mode ?? (await modeOf(target)));
  } catch (error) {
    await drop();
    throw error;
  }
  return {
    async place() {
      try {
        await rename(temporary, target);
      } catch (error) {
        await drop();
        throw error;
      }
    },
    sync: () => syncFolder(path.dirname(target)),
    drop,
  };
}

/** The second half. Throws system errors; then the old file is as it was. */
export async function putInPlace(staged: StagedFile): Promise<void> {
  await staged.place();
  await staged.sync();
}

/**
 * Replaces a file whole: a reader sees the old bytes or the new, also after a crash. Keeps its mode and a symlink to it;
 * a new file is private unless `mode` says otherwise. Throws system errors; then the old file is as it was.
 */
export async function writeAtomically(file: string, bytes: string | Uint8Array, mode?: number): Promise<void> {
  await putInPlace(await stageFile(file, bytes, mode));
}
