import { once } from 'node:events';

/** Writes to standard output as fast as it is read. False once nobody reads any more, as after `| head`. */
export async function putOut(text: string): Promise<boolean> {
  try {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EPIPE') return false;
    throw thrown;
  }
}
