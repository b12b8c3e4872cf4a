import { execFile } from 'node:child_process';
import { appendFile, chmod, cp, link, lstat, mkdir, open, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { writeTree } from './temp-dir.js';

const run = promisify(execFile);

/** Texts by path below the root that is served. */
export type Files = Readonly<Record<string, string>>;

/** One way in which people and tools save policies. */
export interface SaveScenario {
  readonly name: string;
  /** Makes the policy folder in the fresh folder `dir` and gives its path. */
  readonly setup: (dir: string) => Promise<string>;
  /** The save, in the same `dir`. */
  readonly act: (dir: string) => Promise<void>;
  /** Modules and data that are to be served in the end. */
  readonly expected: () => Files;
  /** Decisions that follow from them: entrypoint to JSON text, undefined where there is none any more. */
  readonly decisions: () => Readonly<Record<string, string | undefined>>;
  /** False: nothing changed that is read, so nobody may ask for a reload. */
  readonly changes: boolean;
}

/** A module that decides its own `value`. */
export function moduleText(name: string, value: string): string {
  return `package probe.${name}\n\nvalue := "${value}"\n`;
}

const BEFORE: Files = {
  'main.rego': moduleText('main', 'before'),
  'other.rego': moduleText('other', 'before'),
  'nested/deep.rego': moduleText('deep', 'before'),
  'data.json': '{"settings": {"word": "before"}}\n',
  'reads.rego': 'package probe.reads\n\nvalue := data.settings.word\n',
};

interface Plan {
  readonly name: string;
  readonly act: (dir: string) => Promise<void>;
  readonly setup?: (dir: string) => Promise<string>;
  /** What differs from before: a text, or undefined for gone. */
  readonly after?: Readonly<Record<string, string | undefined>>;
  readonly before?: Files;
  readonly changes?: boolean;
}

function scenario({ name, act, setup = plainSetup, after = {}, before = BEFORE, changes = true }: Plan): SaveScenario {
  const files = Object.fromEntries(
    Object.entries({ ...before, ...after }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const gone = Object.fromEntries(
    Object.keys(before).flatMap((file) =>
      [...decisionsOf({ [file]: before[file] ?? '' }, {})].map(([entrypoint]) => [entrypoint, undefined]),
    ),
  );
  return {
    name,
    setup,
    act,
    expected: () => files,
    decisions: () => ({ ...gone, ...Object.fromEntries(decisionsOf(files, files)) }),
    changes,
  };
}

function* decisionsOf(files: Files, all: Files): Generator<[string, string]> {
  const word = /"word": ("\w+")/.exec(all['data.json'] ?? '')?.[1] ?? '""';
  for (const text of Object.values(files)) {
    const [, name, value] = /^package probe\.(\w+)\n\nvalue := (.*)\n/.exec(text) ?? [];
    if (name !== undefined && value !== undefined) yield [`probe/${name}/value`, value === 'data.settings.word' ? word : value];
  }
}

async function plainSetup(dir: string): Promise<string> {
  await writeTree(path.join(dir, 'policies/rego'), BEFORE);
  return path.join(dir, 'policies');
}

function rego(dir: string, file: string): string {
  return path.join(dir, 'policies/rego', file);
}

async function bash(cwd: string, script: string): Promise<void> {
  await run('bash', ['-ec', script], { cwd, env: { PATH: process.env['PATH'], HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' } });
}

const AFTER_MAIN = { 'main.rego': moduleText('main', 'after') };
const MAIN = moduleText('main', 'after');
const MANY = Array.from({ length: 50 }, (_, index) => `f${index}`);
const treeOf = (value: string): Files =>
  Object.fromEntries(MANY.map((name, index) => [`d${index % 3}/${name}.rego`, moduleText(name, value)]));
const gitSetup = async (dir: string): Promise<string> => {
  const root = path.join(dir, 'policies/rego');
  await writeTree(root, { ...BEFORE, ...treeOf('before') });
  const git = 'git -c user.name=t -c user.email=t@localhost -c core.fsync=none';
  await bash(path.join(dir, 'policies'), `git init -q -b one . && git add . && ${git} commit -qm one && git checkout -qb two`);
  await writeTree(root, treeOf('after'));
  await bash(path.join(dir, 'policies'), `${git} commit -qam two && git checkout -q one`);
  return path.join(dir, 'policies');
};

/** `policies/rego` as kubelet mounts a ConfigMap: files link through `..data`, which links to a folder of one version. */
async function configMapSetup(dir: string): Promise<string> {
  const root = path.join(dir, 'policies/rego');
  await writeTree(path.join(root, '..v1'), { 'main.rego': moduleText('main', 'before'), 'other.rego': moduleText('other', 'before') });
  await symlink('..v1', path.join(root, '..data'));
  for (const name of ['main.rego', 'other.rego']) await symlink(`..data/${name}`, path.join(root, name));
  return path.join(dir, 'policies');
}
const configMapFiles = { 'main.rego': moduleText('main', 'before'), 'other.rego': moduleText('other', 'before') };
const configMapSwap = async (dir: string): Promise<string> => {
  const root = path.join(dir, 'policies/rego');
  await writeTree(path.join(root, '..v2'), { 'main.rego': MAIN, 'other.rego': moduleText('other', 'after') });
  await symlink('..v2', path.join(root, '..data_tmp'));
  await rename(path.join(root, '..data_tmp'), path.join(root, '..data'));
  return root;
};

async function releaseSetup(dir: string): Promise<string> {
  await writeTree(path.join(dir, 'r1/rego'), BEFORE);
  await writeTree(path.join(dir, 'r2/rego'), { ...BEFORE, ...AFTER_MAIN });
  await symlink('r1', path.join(dir, 'policies'));
  return path.join(dir, 'policies');
}

/** Large on purpose in files, small in what is compiled: most of them are tests. */
const LARGE: Files = {
  ...BEFORE,
  'd7/late.rego': moduleText('late', 'after'),
  ...Object.fromEntries(
    Array.from({ length: 4994 }, (_, index) => [
      `d${index % 100}/f${index}_test.rego`,
      `package probe_test.f${index}\n\ntest_ok := true\n`,
    ]),
  ),
};

async function writeLarge(root: string): Promise<void> {
  await writeTree(root, BEFORE);
  for (let folder = 0; folder < 100; folder++) await mkdir(path.join(root, `d${folder}`));
  const rest = Object.entries(LARGE).filter(([name]) => !(name in BEFORE));
  await Promise.all(rest.map(([name, text]) => writeFile(path.join(root, name), text)));
}

/** Gaps below are part of what is saved: they are as long as the tools that are meant take between two writes. */
export const saveScenarios: readonly SaveScenario[] = [
  scenario({
    name: 'temp file + rename',
    act: async (dir) => {
      await writeFile(rego(dir, 'main.rego.tmp'), MAIN);
      await rename(rego(dir, 'main.rego.tmp'), rego(dir, 'main.rego'));
    },
    after: AFTER_MAIN,
  }),
  scenario({ name: 'written in place at once', act: (dir) => writeFile(rego(dir, 'main.rego'), MAIN), after: AFTER_MAIN }),
  scenario({
    name: 'truncate, 20 ms, write',
    act: async (dir) => {
      await truncate(rego(dir, 'main.rego'));
      await setTimeout(20);
      await appendFile(rego(dir, 'main.rego'), MAIN);
    },
    after: AFTER_MAIN,
  }),
  scenario({
    name: 'data file truncated, 40 ms, written',
    act: async (dir) => {
      await truncate(rego(dir, 'data.json'));
      await setTimeout(40);
      await appendFile(rego(dir, 'data.json'), '{"settings": {"word": "after"}}\n');
    },
    after: { 'data.json': '{"settings": {"word": "after"}}\n' },
  }),
  scenario({ name: 'sed -i', act: (dir) => bash(dir, 'sed -i s/before/after/ policies/rego/main.rego'), after: AFTER_MAIN }),
  scenario({
    name: 'written in two halves 30 ms apart',
    act: async (dir) => {
      const file = await open(rego(dir, 'main.rego'), 'w');
      await file.write(MAIN.slice(0, 25));
      await setTimeout(30);
      await file.write(MAIN.slice(25));
      await file.close();
    },
    after: AFTER_MAIN,
  }),
  scenario({
    name: 'saved twice within chokidar’s throttle of 50 ms',
    act: async (dir) => {
      await writeFile(rego(dir, 'main.rego'), moduleText('main', 'between'));
      await setTimeout(15);
      await writeFile(rego(dir, 'main.rego'), MAIN);
    },
    after: AFTER_MAIN,
  }),
  scenario({
    name: 'same size, modification time put back',
    act: async (dir) => {
      const file = rego(dir, 'main.rego');
      const { atime, mtime } = await lstat(file);
      await writeFile(file, moduleText('main', 'beFORE'));
      await utimes(file, atime, mtime);
    },
    after: { 'main.rego': moduleText('main', 'beFORE') },
  }),
  scenario({
    name: 'git checkout changing 50 files',
    setup: gitSetup,
    before: { ...BEFORE, ...treeOf('before') },
    act: (dir) => bash(path.join(dir, 'policies'), 'git checkout -q two'),
    after: treeOf('after'),
  }),
  scenario({
    name: 'git checkout there, back and there again',
    setup: gitSetup,
    before: { ...BEFORE, ...treeOf('before') },
    act: (dir) => bash(path.join(dir, 'policies'), 'git checkout -q two; git checkout -q one; git checkout -q two'),
    after: treeOf('after'),
  }),
  scenario({
    name: 'cp -r of a tree',
    setup: async (dir) => {
      await writeTree(path.join(dir, 'source'), treeOf('after'));
      return plainSetup(dir);
    },
    act: (dir) => bash(dir, 'cp -r source policies/rego/copied'),
    after: Object.fromEntries(Object.entries(treeOf('after')).map(([file, text]) => [`copied/${file}`, text])),
  }),
  scenario({
    name: 'new nested folders',
    act: (dir) => writeTree(path.join(dir, 'policies/rego'), { 'x/y/z/new.rego': moduleText('fresh', 'after') }),
    after: { 'x/y/z/new.rego': moduleText('fresh', 'after') },
  }),
  scenario({
    name: 'edited in a folder that is new',
    act: async (dir) => {
      await writeTree(path.join(dir, 'policies/rego'), { 'x/y/new.rego': moduleText('fresh', 'first') });
      // 300 ms: longer than the settle, so that the second save comes after the folder was taken in.
      await setTimeout(300);
      await writeFile(rego(dir, 'x/y/new.rego'), moduleText('fresh', 'after'));
    },
    after: { 'x/y/new.rego': moduleText('fresh', 'after') },
  }),
  scenario({ name: 'deleted file', act: (dir) => rm(rego(dir, 'other.rego')), after: { 'other.rego': undefined } }),
  scenario({
    name: 'deleted and created anew 20 ms later',
    act: async (dir) => {
      await rm(rego(dir, 'main.rego'));
      await setTimeout(20);
      await writeFile(rego(dir, 'main.rego'), MAIN);
    },
    after: AFTER_MAIN,
  }),
  scenario({
    name: 'deleted folder',
    act: (dir) => rm(rego(dir, 'nested'), { recursive: true }),
    after: { 'nested/deep.rego': undefined },
  }),
  scenario({
    name: 'folder replaced by another, then edited',
    act: async (dir) => {
      await writeTree(path.join(dir, 'fresh'), { 'deep.rego': moduleText('deep', 'between') });
      await rm(rego(dir, 'nested'), { recursive: true });
      await rename(path.join(dir, 'fresh'), rego(dir, 'nested'));
      await setTimeout(400);
      await writeFile(rego(dir, 'nested/deep.rego'), moduleText('deep', 'after'));
    },
    after: { 'nested/deep.rego': moduleText('deep', 'after') },
  }),
  scenario({
    name: 'whole root moved away and back, edited meanwhile',
    act: async (dir) => {
      await rename(path.join(dir, 'policies'), path.join(dir, 'away'));
      await setTimeout(300);
      await writeFile(path.join(dir, 'away/rego/main.rego'), MAIN);
      await rename(path.join(dir, 'away'), path.join(dir, 'policies'));
    },
    after: AFTER_MAIN,
  }),
  scenario({
    name: 'whole root moved away and back, edited afterwards',
    act: async (dir) => {
      await rename(path.join(dir, 'policies'), path.join(dir, 'away'));
      await setTimeout(100);
      await rename(path.join(dir, 'away'), path.join(dir, 'policies'));
      await setTimeout(600);
      await writeFile(rego(dir, 'main.rego'), MAIN);
    },
    after: AFTER_MAIN,
  }),
  scenario({
    name: 'root deleted and created anew, then edited',
    act: async (dir) => {
      await rm(path.join(dir, 'policies'), { recursive: true });
      await setTimeout(500);
      await writeTree(path.join(dir, 'policies/rego'), BEFORE);
      await setTimeout(500);
      await writeFile(rego(dir, 'main.rego'), MAIN);
    },
    after: AFTER_MAIN,
  }),
  scenario({
    name: 'root is a symlink that is re-pointed',
    setup: releaseSetup,
    act: (dir) => bash(dir, 'ln -s r2 next && mv -T next policies'),
    after: AFTER_MAIN,
  }),
  scenario({
    name: 'root is a symlink that is re-pointed, then edited through',
    setup: releaseSetup,
    act: async (dir) => {
      await bash(dir, 'ln -s r2 next && mv -T next policies');
      await setTimeout(600);
      await writeFile(rego(dir, 'other.rego'), moduleText('other', 'after'));
    },
    after: { ...AFTER_MAIN, 'other.rego': moduleText('other', 'after') },
  }),
  scenario({
    name: 'a folder above the root is a symlink that is re-pointed',
    setup: async (dir) => {
      await writeTree(path.join(dir, 'v1/policies/rego'), BEFORE);
      await writeTree(path.join(dir, 'v2/policies/rego'), { ...BEFORE, ...AFTER_MAIN });
      await symlink('v1', path.join(dir, 'current'));
      return path.join(dir, 'current/policies');
    },
    act: (dir) => bash(dir, 'ln -s v2 next && mv -T next current'),
    after: AFTER_MAIN,
  }),
  scenario({
    name: 'a linked folder inside the root is re-pointed',
    setup: async (dir) => {
      await writeTree(path.join(dir, 'one'), { 'a.rego': moduleText('linked', 'before') });
      await writeTree(path.join(dir, 'two'), { 'a.rego': moduleText('linked', 'after') });
      const policyDir = await plainSetup(dir);
      await symlink('../../one', rego(dir, 'linked'));
      return policyDir;
    },
    before: { ...BEFORE, 'linked/a.rego': moduleText('linked', 'before') },
    act: (dir) => bash(dir, 'ln -s ../../two policies/rego/.next && mv -T policies/rego/.next policies/rego/linked'),
    after: { 'linked/a.rego': moduleText('linked', 'after') },
  }),
  scenario({
    name: 'ConfigMap ..data swap',
    setup: configMapSetup,
    before: configMapFiles,
    act: async (dir) => {
      const root = await configMapSwap(dir);
      await rm(path.join(root, '..v1'), { recursive: true });
    },
    after: { 'main.rego': MAIN, 'other.rego': moduleText('other', 'after') },
  }),
  scenario({
    name: 'ConfigMap ..data swap that keeps the old folder',
    setup: configMapSetup,
    before: configMapFiles,
    act: async (dir) => {
      await configMapSwap(dir);
    },
    after: { 'main.rego': MAIN, 'other.rego': moduleText('other', 'after') },
  }),
  scenario({
    name: 'hard link edited under its other name',
    setup: async (dir) => {
      const policyDir = await plainSetup(dir);
      await link(rego(dir, 'main.rego'), path.join(dir, 'elsewhere.rego'));
      return policyDir;
    },
    act: (dir) => writeFile(path.join(dir, 'elsewhere.rego'), MAIN),
    after: AFTER_MAIN,
  }),
  scenario({
    name: 'modules in the policy folder, then rego/ appears',
    setup: async (dir) => {
      await writeTree(path.join(dir, 'policies'), BEFORE);
      return path.join(dir, 'policies');
    },
    act: (dir) => writeTree(path.join(dir, 'policies/rego'), AFTER_MAIN),
    after: { ...Object.fromEntries(Object.keys(BEFORE).map((file) => [file, undefined])), ...AFTER_MAIN },
  }),
  scenario({
    name: 'chmod noise',
    act: async (dir) => {
      await chmod(rego(dir, 'main.rego'), 0o600);
      await chmod(rego(dir, 'main.rego'), 0o644);
    },
    changes: false,
  }),
  scenario({ name: 'touch', act: (dir) => bash(dir, 'touch policies/rego/*.rego'), changes: false }),
  scenario({
    name: 'editor backup files',
    act: async (dir) => {
      const litter = [
        'main.rego~',
        '#main.rego#',
        '.main.rego.swp',
        'main.rego.bak',
        '4913',
        'main.rego.orig',
        '.#main.rego',
        'main.rego___jb_tmp___',
      ];
      for (const name of litter) await writeFile(rego(dir, name), 'package other');
      await cp(rego(dir, 'main.rego'), rego(dir, 'main.rego.un~'));
      for (const name of litter) await rm(rego(dir, name));
    },
    changes: false,
  }),
  scenario({
    name: '5,000-file folder, one edited',
    setup: async (dir) => {
      await writeLarge(path.join(dir, 'policies/rego'));
      return path.join(dir, 'policies');
    },
    before: LARGE,
    act: (dir) => writeFile(rego(dir, 'main.rego'), MAIN),
    after: AFTER_MAIN,
  }),
  scenario({
    name: '5,000-file folder copied in',
    setup: async (dir) => {
      await writeLarge(path.join(dir, 'large'));
      return plainSetup(dir);
    },
    act: async (dir) => {
      await bash(dir, 'cp -r large/d* policies/rego/');
    },
    after: LARGE,
  }),
];
