import { isRecord, memberOf } from '../is-record.js';
import type { Config } from './config.js';
import { Secret } from './secret.js';
import { listSettings } from './setting.js';

/** The settings as they are, nested as in the file, without credentials: those that are secrets, and those within addresses. */
export function shownSettings(config: Config): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const { path } of listSettings()) {
    const value = path.reduce<unknown>(memberOf, config);
    if (value !== undefined && !(value instanceof Secret)) place(shown, path, shownValue(value));
  }
  return shown;
}

function place(into: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) into[key] = value;
  else {
    const inner = (into[key] ??= {}) as Record<string, unknown>;
    place(inner, rest, value);
  }
}

/** Without credentials, also within a map. */
function shownValue(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/iu, '$1');
  if (!isRecord(value)) return value;
  const members = Object.entries(value).filter(([, member]) => !(member instanceof Secret));
  return Object.fromEntries(members.map(([key, member]) => [key, shownValue(member)]));
}
