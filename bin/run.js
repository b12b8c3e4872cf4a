#!/usr/bin/env node
import { flush, handle, run } from '@oclif/core';

try {
  await run(process.argv.slice(2), import.meta.url);
  await flush();
} catch (error) {
  // Loading a command opens many files at once: where that fails, no command is there to say so.
  if (error?.code === 'EMFILE' || error?.code === 'ENFILE') await sayOutOfFiles(error);
  else await handle(error);
}

async function sayOutOfFiles(error) {
  const { asGatewayError } = await import('../dist/errors.js');
  const { code, message, spec } = asGatewayError(error);
  process.exitCode = spec.exit;
  if (process.argv.includes('--json')) console.log(JSON.stringify({ error: { code, message, hint: spec.hint } }, undefined, 2));
  else console.error(`Error: ${message} [${code}]\nNext:  ${spec.hint}`);
}
