import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants, Script } from 'node:vm';

/** A script that is loaded, and not yet run. */
export interface LoadedScript {
  /** Whether V8 takes what it made of it before. */
  readonly isKept: boolean;
  /** Calls the function that it is. */
  readonly run: (...values: readonly unknown[]) => void;
  /**
   * Keeps what V8 made of it, functions that ran so far included, for the next time that it is loaded; nothing where that is kept already, or may not
   * be written there. Takes some 20 ms. Never throws.
   */
  readonly keep: () => void;
}

/**
 * Loads the script `source` of `file`: one function, in ASCII. What V8 made of it lies beside it, one file for each build of Node: who may write
 * the one may write the other. `file` names what it holds, so that code of another script is never taken.
 */
export function loadScript(file: string, source: string): LoadedScript {
  const codeFile = `${file}.${process.version}-${process.arch}.code`;
  const cachedData = readCode(codeFile);
  const script = new Script(source, {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  // V8 refuses what another version of it, or one with other flags, made.
  const isKept = cachedData !== undefined && script.cachedDataRejected === false;
  return {
    isKept,
    run: (...values) => {
      const body = script.runInThisContext() as (...values: readonly unknown[]) => void;
      body(...values);
    },
    keep: () => {
      if (!isKept) writeCode(codeFile, script.createCachedData());
    },
  };
}

function readCode(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** V8 does not notice damage: the file is whole, on the disk, or not there. */
function writeCode(file: string, code: Buffer): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const handle = openSync(temporary, 'wx');
    try {
      writeFileSync(handle, code);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch {
    // An installation that cannot be written to starts as it does without.
    rmSync(temporary, { force: true });
  }
}
