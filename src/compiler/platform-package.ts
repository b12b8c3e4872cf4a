/** Name of the compiler's binary on a platform. */
export function binaryName(os: string): string {
  return os === 'win32' ? 'rego-compiler.exe' : 'rego-compiler';
}

/** The package that brings the compiler for a platform, both as Node names them. */
export function platformPackage(os: string, cpu: string): string {
  return `@defenseclaw-gateway/rego-compiler-${os}-${cpu}`;
}
