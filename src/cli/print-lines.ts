import { once } from 'node:events';

/** Writes to standard output as fast as it is read. */
export async function putOut(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
