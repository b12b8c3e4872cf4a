import type { ConfigFile } from './config-file.js';
import type { Environment } from './environment.js';
import { nearest } from './problem.js';
import type { Setting, SettingKind } from './setting.js';

/** What the settings are put together from; the first wins. */
export interface SettingSources {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Environment;
  readonly file: ConfigFile | undefined;
  /** All there are. */
  readonly settings: readonly Setting[];
}

/** The settings before validation, and where each came from. */
export interface Layered {
  readonly values: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  /** `file:line:col`, an environment variable, or `command line`. */
  readonly where: (path: readonly PropertyKey[]) => string;
  readonly isFromFile: (path: readonly string[]) => boolean;
}

/** Variables that are ours and no settings. */
const OTHER_VARIABLES = ['DEFENSECLAW_HOME', 'DEFENSECLAW_CONFIG', 'DEFENSECLAW_GATEWAY_TOKEN', 'DEFENSECLAW_LLM_KEY'];

/** A variable's text as the value that the schema expects; what does not fit stays text, for the schema to refuse. */
function fromText(text: string, kind: SettingKind): unknown {
  const trimmed = text.trim();
  switch (kind) {
    case 'boolean':
      if (/^(?:true|1|yes|on)$/i.test(trimmed)) return true;
      if (/^(?:false|0|no|off)$/i.test(trimmed)) return false;
      return text;
    case 'number':
      return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
    case 'list':
      return trimmed.split(',').map((item) => item.trim());
    case 'duration':
    case 'size':
    case 'map':
    case 'string':
      return text;
  }
}

/** Sets a value below `root`, making sections as needed. A section that is no section stays: the schema names it. */
function setAt(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let section = root;
  for (const key of path.slice(0, -1)) {
    const next = section[key] ?? {};
    if (typeof next !== 'object' || Array.isArray(next)) return;
    section[key] = next;
    section = next as Record<string, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) section[last] = value;
}

/** Variables that look like a misspelt setting. */
function misspelt(environment: Environment, settings: readonly Setting[]): readonly string[] {
  const known = [...settings.map((setting) => setting.env).filter((name) => name !== undefined), ...OTHER_VARIABLES];
  const unknown = [...environment.keys()].filter((name) => name.startsWith('DEFENSECLAW_') && !known.includes(name));
  return unknown.flatMap((name) => {
    const meant = nearest(
      name.slice('DEFENSECLAW_'.length),
      known.map((candidate) => candidate.slice('DEFENSECLAW_'.length)),
    );
    return meant === undefined ? [] : [`Environment variable ${name} is not known. Did you mean DEFENSECLAW_${meant}?`];
  });
}

/** Puts the sources on top of each other. */
export function layerSettings(sources: SettingSources): Layered {
  const { settings } = sources;
  const values = structuredClone(sources.file?.values ?? {});
  const origins = new Map<string, string>();
  for (const { env, path, kind } of settings) {
    const entry = env === undefined ? undefined : sources.environment.get(env);
    if (env === undefined || entry === undefined) continue;
    setAt(values, path, fromText(entry.value, kind));
    origins.set(path.join('.'), entry.origin === 'environment' ? env : `${env} in ${entry.origin}`);
  }
  for (const [name, value] of Object.entries(sources.flags)) {
    if (value === undefined) continue;
    setAt(values, name.split('.'), value);
    origins.set(name, 'command line');
  }
  const where = (path: readonly PropertyKey[]): string => {
    // An issue may lie inside the setting (an item of a list): look for the setting above it, too.
    for (let length = path.length; length > 0; length -= 1) {
      const origin = origins.get(path.slice(0, length).map(String).join('.'));
      if (origin !== undefined) return origin;
    }
    return sources.file?.locate(path) ?? 'settings';
  };
  return {
    values,
    warnings: misspelt(sources.environment, settings),
    where,
    isFromFile: (path) => !origins.has(path.join('.')),
  };
}
