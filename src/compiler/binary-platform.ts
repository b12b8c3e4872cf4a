import { closeSync, openSync, readSync } from 'node:fs';

/** `e_machine` of ELF, `Machine` of PE and `cputype` of Mach-O, as Node names processors. */
const ELF: Readonly<Record<number, string>> = { 0x3e: 'x64', 0xb7: 'arm64', 0x03: 'ia32', 0x28: 'arm' };
const PE: Readonly<Record<number, string>> = { 0x8664: 'x64', 0xaa64: 'arm64', 0x14c: 'ia32' };
const MACH_O: Readonly<Record<number, string>> = { 0x01000007: 'x64', 0x0100000c: 'arm64' };

/** Enough for each of the three heads; that of PE is wherever the first bytes say, which is near. */
const HEAD_BYTES = 1024;

/** What a program was built for, `linux-x64`, by its first bytes; undefined for a script, and for what is not known here. Throws as `open` does. */
export function binaryPlatform(file: string): string | undefined {
  const head = Buffer.alloc(HEAD_BYTES);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head, 0, HEAD_BYTES, 0);
  } finally {
    closeSync(descriptor);
  }
  if (head.readUInt32BE(0) === 0x7f454c46) return named('linux', ELF[head.readUInt16LE(18)]);
  if (head.readUInt32LE(0) === 0xfeedfacf) return named('darwin', MACH_O[head.readUInt32LE(4)]);
  if (head.toString('latin1', 0, 2) === 'MZ') return named('win32', PE[machineOf(head)]);
  return undefined;
}

function named(os: string, cpu: string | undefined): string | undefined {
  return cpu === undefined ? undefined : `${os}-${cpu}`;
}

function machineOf(head: Buffer): number {
  const at = head.readUInt32LE(0x3c);
  return at + 6 <= head.length && head.toString('latin1', at, at + 4) === 'PE\0\0' ? head.readUInt16LE(at + 4) : 0;
}

/** Both run what is built for the other processor. */
const EMULATED: Readonly<Record<string, string>> = { 'darwin-arm64': 'darwin-x64', 'win32-arm64': 'win32-x64' };

/** Whether a machine runs what was built for a platform. */
export function runsOn(built: string, machine: string): boolean {
  return built === machine || EMULATED[machine] === built;
}
