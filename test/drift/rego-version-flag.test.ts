import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../helpers/policies.js';

interface Manifest {
  readonly commands: Readonly<Record<string, { readonly flags: Readonly<Record<string, unknown>> }>>;
}

/** They read a folder of Rego themselves, or start what does. Of what a gateway serves, the gateway knows the version. */
const READING = [
  'start',
  ...'activate build diff domains eval evaluate fmt impact list repl show test validate'.split(' ').map((name) => `policy:${name}`),
];

it('takes --v0-compatible with each command that reads Rego', async () => {
  const { commands } = JSON.parse(await readFile(path.join(ROOT, 'oclif.manifest.json'), 'utf8')) as Manifest;
  expect(READING.filter((id) => commands[id]?.flags['v0-compatible'] === undefined)).toEqual([]);
});
