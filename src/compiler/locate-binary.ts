import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { GatewayError } from '../errors.js';

export interface LocateOptions {
  /** Path from DEFENSECLAW_REGO_COMPILER; nothing else is tried when it is given. */
  readonly override?: string | undefined;
  /** Path that `npm run build` writes; for tests. */
  readonly built?: string;
}

const name = process.platform === 'win32' ? 'rego-compiler.exe' : 'rego-compiler';

/** The same folder seen from src/compiler and from dist/compiler. */
const builtHere = fileURLToPath(new URL(`../../dist/compiler/${name}`, import.meta.url));

/** Finds the compiler service: the override, the platform package, the one built into dist/. Throws `compiler_missing`. */
export function locateBinary({ override, built = builtHere }: LocateOptions = {}): string {
  if (override !== undefined && override !== '') {
    if (isExecutable(override)) return path.resolve(override);
    throw new GatewayError('compiler_missing', `DEFENSECLAW_REGO_COMPILER names ${override}, which is no executable file.`);
  }
  const packaged = fromPlatformPackage();
  const found = [packaged, built].find((candidate) => candidate !== undefined && isExecutable(candidate));
  if (found !== undefined) return found;
  throw new GatewayError(
    'compiler_missing',
    `The Rego compiler is missing: there is no package ${platformPackage()} and no ${built}. ` +
      'Without it no policy can be compiled, checked or tested. Install Go >= 1.25 and run `npm run build`.',
  );
}

function platformPackage(): string {
  return `@defenseclaw-gateway/rego-compiler-${process.platform}-${process.arch}`;
}

function fromPlatformPackage(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${platformPackage()}/package.json`);
    return path.join(path.dirname(manifest), 'bin', name);
  } catch {
    // Not installed: the usual case in a checkout.
    return undefined;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
