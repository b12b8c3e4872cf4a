import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { GatewayError } from '../errors.js';
import { binaryPlatform, runsOn } from './binary-platform.js';
import { binaryName, platformPackage } from './platform-package.js';

export interface LocateOptions {
  /** Path from DEFENSECLAW_REGO_COMPILER; nothing else is tried when it is given. */
  readonly override?: string | undefined;
  /** Folder of the package that this file belongs to; for tests. */
  readonly root?: string;
  /** `linux-x64`, as Node names both; for tests. */
  readonly machine?: string;
}

/** The same folder seen from src/compiler and from dist/compiler. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const MACHINE = `${process.platform}-${process.arch}`;

/**
 * Finds the compiler service: the override, the one built in the checkout, the package for this platform. Throws `compiler_missing`, which says how
 * to get one: in a checkout it is built, where the package was installed it is installed.
 */
export function locateBinary({ override, root = ROOT, machine = MACHINE }: LocateOptions = {}): string {
  if (override !== undefined && override !== '') {
    if (!isExecutable(override)) {
      throw new GatewayError('compiler_missing', `DEFENSECLAW_REGO_COMPILER names ${override}, which is no executable file.`);
    }
    return fitting(path.resolve(override), machine, 'Let DEFENSECLAW_REGO_COMPILER name a rego-compiler that is built for this machine.');
  }
  const built = path.join(root, 'dist/compiler', binaryFor(machine));
  if (isExecutable(built))
    return fitting(built, machine, 'Run `npm run build` on this machine: what is built on another one does not run here.');
  const packaged = packagedFor(machine, root);
  if (packaged !== undefined && isExecutable(packaged)) return fitting(packaged, machine, reinstall(machine));
  throw isCheckout(root) ? notBuilt(built) : notInstalled(machine, root);
}

function fitting(binary: string, machine: string, hint: string): string {
  const built = binaryPlatform(binary);
  if (built === undefined || runsOn(built, machine)) return binary;
  throw new GatewayError('compiler_missing', `${binary} is built for ${built}, this is ${machine}.`, { hint });
}

/** Go's sources are in the checkout alone. */
function isCheckout(root: string): boolean {
  return existsSync(path.join(root, 'src/compiler/service/go.mod'));
}

function notBuilt(built: string): GatewayError {
  return new GatewayError(
    'compiler_missing',
    `The Rego compiler is missing: there is no ${built}. Without it no policy can be compiled, checked or tested.`,
  );
}

function notInstalled(machine: string, root: string): GatewayError {
  const others = installedPlatforms(root);
  const instead = others.length === 0 ? '' : ` What is installed is built for ${others.join(', ')}, this is ${machine}.`;
  return new GatewayError(
    'compiler_missing',
    `The Rego compiler is missing: the package ${packageFor(machine)} is not installed.${instead} Without it no policy can be compiled, checked or tested.`,
    { hint: reinstall(machine) },
  );
}

function reinstall(machine: string): string {
  return `Install defenseclaw-gateway on this machine, optional packages included (\`npm install --include=optional\`); where there is no ${packageFor(machine)}, build rego-compiler in a clone and set DEFENSECLAW_REGO_COMPILER.`;
}

function packageFor(machine: string): string {
  const [os = '', cpu = ''] = machine.split('-');
  return platformPackage(os, cpu);
}

function packagedFor(machine: string, root: string): string | undefined {
  try {
    const manifest = requireFrom(root).resolve(`${packageFor(machine)}/package.json`);
    return path.join(path.dirname(manifest), 'bin', binaryFor(machine));
  } catch {
    // Not installed: the usual case in a checkout.
    return undefined;
  }
}

/** The platforms whose compilers are installed, as when a folder of packages was copied from another machine. */
function installedPlatforms(root: string): readonly string[] {
  const [scope = '', prefix = ''] = platformPackage('', '').slice(0, -1).split('/');
  const folders = requireFrom(root).resolve.paths(scope) ?? [];
  return folders.flatMap((folder) => {
    const names = existsSync(path.join(folder, scope)) ? readdirSync(path.join(folder, scope)) : [];
    return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  });
}

function requireFrom(root: string): NodeJS.Require {
  return createRequire(path.join(root, 'package.json'));
}

function binaryFor(machine: string): string {
  return binaryName(machine.split('-', 1)[0] ?? '');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
