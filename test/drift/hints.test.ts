import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listSettings } from '../../src/config/setting.js';
import { ERRORS } from '../../src/errors.js';
import { ROOT } from '../helpers/policies.js';
import { isPackaged } from '../helpers/packaged.js';

interface Manifest {
  readonly commands: Readonly<Record<string, { readonly flags: Readonly<Record<string, object>> }>>;
}

const BIN = 'defenseclaw-gateway ';
const { commands } = JSON.parse(readFileSync(path.join(ROOT, 'oclif.manifest.json'), 'utf8')) as Manifest;
const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const TOPICS = new Set(Object.keys(commands).map((id) => id.split(':')[0]));
const SETTINGS = new Set(listSettings().map((setting) => setting.path.join('.')));
const SECTIONS = new Set([...SETTINGS].map((name) => name.split('.')[0]));

/** What a hint points at and there is not. */
function deadPointers(hint: string): string[] {
  const quoted = [...hint.matchAll(/`([^`]+)`/gu)].map(([, text = '']) => text.replace(BIN, ''));
  const files = [...hint.matchAll(/[\w./-]+\.md\b/gu)].map(([name]) => name);
  const settings = [...hint.matchAll(/\b[a-z_]+(?:\.[a-z_]+)+\b/gu)].map(([name]) => name);
  return [
    ...quoted.filter((text) => TOPICS.has(text.split(' ')[0]) && !isCommand(text)),
    ...quoted.filter((text) => text.startsWith('npm run ') && !((text.split(' ')[2] ?? '') in scripts)),
    ...files.filter((name) => !existsSync(path.join(ROOT, name)) || !isPackaged(name)),
    ...settings.filter((name) => SECTIONS.has(name.split('.')[0]) && ![...SETTINGS].some((known) => `${known}.`.startsWith(`${name}.`))),
  ];
}

function isCommand(text: string): boolean {
  const words = text.split(' ');
  const id = Object.keys(commands).find((known) => words.slice(0, known.split(':').length).join(':') === known);
  const flags = words.filter((word) => word.startsWith('--')).map((word) => word.slice(2));
  return id !== undefined && flags.every((flag) => flag in (commands[id]?.flags ?? {}));
}

describe('the hints of the errors', () => {
  const hints = Object.entries(ERRORS).map(([code, { hint }]) => [code, hint] as const);

  it.each(hints)('%s points at what there is', (_, hint) => {
    expect(deadPointers(hint)).toEqual([]);
  });

  it.each([
    ['See `policy lisst`.', ['policy lisst']],
    ['See `defenseclaw-gateway policy reload --forse`.', ['policy reload --forse']],
    ['See src/reference/nothing.md.', ['src/reference/nothing.md']],
    // In the clone only.
    ['See .changeset/README.md.', ['.changeset/README.md']],
    ['Raise policy.max_fils.', ['policy.max_fils']],
  ])('would not pass as %j', (hint, dead) => {
    expect(deadPointers(hint)).toEqual(dead);
  });
});
