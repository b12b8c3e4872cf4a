import { once } from 'node:events';
import { systemErrorCode } from '../config/bounded-file.js';

/** Writes to standard output as fast as it is read. False once nobody reads any more, as after `| head`. */
export async function putOut(text: string): Promise<boolean> {
  try {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    return true;
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'EPIPE') return false;
    throw thrown;
  }
}
