/** A platform that a compiler is packaged for. */
export interface Platform {
  /** As Node and npm name it. */
  readonly os: string;
  readonly cpu: string;
  /** `GOOS/GOARCH`. */
  readonly target: string;
}

export const PLATFORMS: readonly Platform[] = [
  { os: 'linux', cpu: 'x64', target: 'linux/amd64' },
  { os: 'linux', cpu: 'arm64', target: 'linux/arm64' },
  { os: 'darwin', cpu: 'x64', target: 'darwin/amd64' },
  { os: 'darwin', cpu: 'arm64', target: 'darwin/arm64' },
  { os: 'win32', cpu: 'x64', target: 'windows/amd64' },
];
