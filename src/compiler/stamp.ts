import { statSync } from 'node:fs';
import { GatewayError } from '../errors.js';
import { locateBinary } from './locate-binary.js';
import type { LocateOptions } from './locate-binary.js';

/** Tells builds of the compiler apart without starting it: size and time of its file. Undefined while there is none. */
export function compilerStamp(options: LocateOptions): string | undefined {
  try {
    const { size, mtimeMs } = statSync(locateBinary(options));
    return `${size}-${mtimeMs}`;
  } catch (error) {
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}
