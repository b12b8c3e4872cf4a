import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { allowedBuiltins } from '../../src/evaluator/linker.js';

/** A rule that waits for as long as it is let: a call that nothing in its thread can break off, unlike a loop. */
export const WAIT_RULE = 'wait := http.send({"method": "get", "url": input.url, "timeout": "60s"})\n';

/** Options and built-ins with which {@link WAIT_RULE} compiles and runs. */
export const WAIT_BUILTINS = ['http.send'];
export const WAIT_HOSTED = allowedBuiltins(WAIT_BUILTINS);

/** Input of {@link WAIT_RULE}: the address of a server that takes connections and says nothing. */
export async function silence(): Promise<Buffer> {
  const server = createServer(() => undefined);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  return Buffer.from(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }));
}
