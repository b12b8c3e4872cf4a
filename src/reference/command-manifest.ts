import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Text of `oclif.manifest.json`, by which the program knows its commands without loading them; made from the built commands in `dist`.
 *
 * Commands are in order of their ids: oclif names them as its directory walk happens to meet them, which differs from run to run. Flags
 * and arguments stay as each command declares them, since the order of arguments means something.
 */
export async function renderManifest(): Promise<string> {
  const plugin = new Plugin({ root: ROOT, type: 'core', ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true });
  await plugin.load();
  const { commands, version } = plugin.manifest;
  const ordered = Object.entries(commands).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ commands: Object.fromEntries(ordered), version }, null, 2)}\n`;
}
