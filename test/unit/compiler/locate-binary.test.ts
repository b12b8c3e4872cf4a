import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { binaryPlatform } from '../../../src/compiler/binary-platform.js';
import { locateBinary } from '../../../src/compiler/locate-binary.js';
import { tempDir, writeTree } from '../../helpers/temp-dir.js';

const MACHINE = 'linux-arm64';
const BUILT = 'dist/compiler/rego-compiler';
const packaged = (platform: string): string => `node_modules/@defenseclaw-gateway/rego-compiler-${platform}`;
const GO_SOURCES = 'src/compiler/service/go.mod';

/** The first bytes of a program. */
function elf(machine: number): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head.writeUInt16LE(machine, 18);
  return head;
}

function machO(cpu: number): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(0xfeedfacf, 0);
  head.writeUInt32LE(cpu, 4);
  return head;
}

function pe(machine: number): Buffer {
  const head = Buffer.alloc(0x90);
  head.write('MZ', 'latin1');
  head.writeUInt32LE(0x80, 0x3c);
  head.write('PE\0\0', 0x80, 'latin1');
  head.writeUInt16LE(machine, 0x84);
  return head;
}

const X64 = elf(0x3e);
const ARM64 = elf(0xb7);

/** A package folder with these programs in it, and these packages installed for it. */
async function packageWith(files: Readonly<Record<string, Uint8Array | string>>, platforms: Readonly<Record<string, Uint8Array>> = {}) {
  const root = await tempDir(files);
  for (const name of Object.keys(files)) await chmod(path.join(root, name), 0o755);
  for (const [platform, program] of Object.entries(platforms)) {
    const folder = path.join(root, packaged(platform));
    await writeTree(folder, { 'package.json': '{}' });
    await mkdir(path.join(folder, 'bin'));
    await writeFile(path.join(folder, 'bin/rego-compiler'), program, { mode: 0o755 });
  }
  return root;
}

const failing = (text: RegExp, hint: RegExp): unknown =>
  expect.objectContaining({
    code: 'compiler_missing',
    message: expect.stringMatching(text) as string,
    hint: expect.stringMatching(hint) as string,
  });

describe('the compiler is looked for', () => {
  it('where the override says, then in the build, then in the package for this platform', async () => {
    const root = await packageWith({ mine: ARM64, [BUILT]: ARM64 }, { [MACHINE]: ARM64 });
    const at = { root, machine: MACHINE };
    expect(locateBinary({ ...at, override: path.join(root, 'mine') })).toBe(path.join(root, 'mine'));
    expect(locateBinary({ ...at, override: '' })).toBe(path.join(root, BUILT));
    const installed = await packageWith({}, { [MACHINE]: ARM64, 'linux-x64': X64 });
    expect(locateBinary({ root: installed, machine: MACHINE })).toBe(path.join(installed, packaged(MACHINE), 'bin/rego-compiler'));
  });

  it('nowhere else when the override cannot be executed', async () => {
    const root = await packageWith({ [BUILT]: ARM64 });
    await writeTree(root, { plain: '' });
    for (const override of ['plain', 'absent']) {
      expect(() => locateBinary({ override: path.join(root, override), root, machine: MACHINE })).toThrow(
        failing(new RegExp(`names .*${override}`), /./),
      );
    }
  });

  it('also where packages are beside each other', async () => {
    const root = await packageWith({}, { [MACHINE]: ARM64 });
    const own = path.join(root, 'node_modules/defenseclaw-gateway');
    await mkdir(own);
    expect(locateBinary({ root: own, machine: MACHINE })).toBe(path.join(root, packaged(MACHINE), 'bin/rego-compiler'));
  });
});

describe('a compiler that is missing', () => {
  it('is to be built in a clone', async () => {
    const root = await packageWith({ [GO_SOURCES]: '' });
    expect(() => locateBinary({ root, machine: MACHINE })).toThrow(failing(/there is no .*dist\/compiler/, /Go >= 1\.25.*npm run build/));
  });

  it('is to be installed where the package was', async () => {
    const root = await packageWith({});
    expect(() => locateBinary({ root, machine: MACHINE })).toThrow(
      failing(
        /@defenseclaw-gateway\/rego-compiler-linux-arm64 is not installed\. Without/,
        /^(?!.*npm run build).*npm install --include=optional/,
      ),
    );
  });

  it('is told from one for another platform, as where a folder was copied', async () => {
    const root = await packageWith({}, { 'linux-x64': X64, 'darwin-arm64': machO(0x0100000c) });
    expect(() => locateBinary({ root, machine: MACHINE })).toThrow(
      failing(/What is installed is built for darwin-arm64, linux-x64, this is linux-arm64\./, /on this machine/),
    );
  });
});

describe('a compiler for another platform', () => {
  it('is refused by name, wherever it was found', async () => {
    const root = await packageWith({ mine: X64, [BUILT]: X64 }, { [MACHINE]: X64 });
    const wrong = /is built for linux-x64, this is linux-arm64\.$/;
    expect(() => locateBinary({ override: path.join(root, 'mine'), root, machine: MACHINE })).toThrow(failing(wrong, /COMPILER/));
    expect(() => locateBinary({ root, machine: MACHINE })).toThrow(failing(wrong, /npm run build/));
    const installed = await packageWith({}, { [MACHINE]: X64 });
    expect(() => locateBinary({ root: installed, machine: MACHINE })).toThrow(failing(wrong, /--include=optional/));
  });

  it('is taken where the machine runs it all the same', async () => {
    const root = await packageWith({ [BUILT]: machO(0x01000007) });
    expect(locateBinary({ root, machine: 'darwin-arm64' })).toBe(path.join(root, BUILT));
  });
});

it.each([
  ['linux-x64', X64],
  ['linux-arm64', ARM64],
  ['darwin-x64', machO(0x01000007)],
  ['darwin-arm64', machO(0x0100000c)],
  ['win32-x64', pe(0x8664)],
  ['win32-arm64', pe(0xaa64)],
  [undefined, elf(0x1234)],
  [undefined, Buffer.from('#!/bin/sh\nexec true\n')],
  [undefined, Buffer.from('MZ')],
  [undefined, Buffer.alloc(0)],
])('reads %s in the first bytes of a program', async (platform, program) => {
  const dir = await tempDir({ program });
  expect(binaryPlatform(path.join(dir, 'program'))).toBe(platform);
});
