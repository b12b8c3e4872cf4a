/** The package that brings the compiler for a platform, both as Node names them. */
export function platformPackage(os: string, cpu: string): string {
  return `@defenseclaw-gateway/rego-compiler-${os}-${cpu}`;
}
