import { GatewayError } from '../errors.js';
import { unplaced } from './error-diagnostics.js';
import type { SourceLimits } from './source-set.js';

/** The system's own code of a failed call (`ENOENT`), or undefined. */
export function systemCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

export function missingFolder(policyDir: string, cause: unknown): GatewayError {
  return new GatewayError('policy_dir_missing', `policy folder ${policyDir} does not exist or is no folder`, {
    cause,
    details: { policyDir },
  });
}

/** `what` says what was expected of the path. */
export function unreadable(file: string, what: string, cause?: unknown): GatewayError {
  const code = systemCode(cause);
  return new GatewayError('policy_unreadable', `${file}: ${what}${code === undefined ? '' : ` (${code})`}`, {
    cause,
    details: { file, ...(code === undefined ? {} : { system: code }) },
  });
}

/** `where` is the folder or link in which the bound was reached. */
export function tooManyEntries(limit: number, where: string): GatewayError {
  return new GatewayError('policy_too_many_files', `the policy folder holds more than ${limit} entries${within(where)}`, {
    details: { limit, file: where },
  });
}

export function tooDeep(folder: string, limit: number): GatewayError {
  return new GatewayError('policy_unreadable', `${folder}: lies deeper than ${limit} folders`, { details: { file: folder, limit } });
}

/** `to` says where the link leads and why that is refused. */
export function linkRefused(link: string, to: string): GatewayError {
  return new GatewayError('policy_link_refused', `${link}: the link leads to ${to}`, { details: { file: link } });
}

export function readTimedOut(folder: string, ms: number): GatewayError {
  return new GatewayError('policy_read_timeout', `reading ${folder} took longer than ${ms} ms`, { details: { timeoutMs: ms } });
}

function within(where: string): string {
  return where === '' ? '' : `, counted up to ${where}`;
}

export function tooManyFiles(limits: SourceLimits): GatewayError {
  return new GatewayError('policy_too_many_files', `the policy folder holds more than ${limits.maxFiles} files`, {
    details: { limit: limits.maxFiles },
  });
}

export function fileTooLarge(file: string, size: number, limits: SourceLimits): GatewayError {
  return new GatewayError('policy_file_too_large', `${file}: ${size} bytes, at most ${limits.maxFileBytes} are read`, {
    details: { file, size, limit: limits.maxFileBytes },
  });
}

export function folderTooLarge(size: number, limits: SourceLimits): GatewayError {
  return new GatewayError('policy_too_large', `the policy files hold ${size} bytes, at most ${limits.maxTotalBytes} are read`, {
    details: { size, limit: limits.maxTotalBytes },
  });
}

export function neverStill(file: string): GatewayError {
  return new GatewayError('policy_unsettled', `${file}: kept changing while it was read`, { details: { file } });
}

/** The first of several problems, carrying the others as diagnostics so that one look shows them all. */
export function joinProblems(problems: readonly [GatewayError, ...GatewayError[]]): GatewayError {
  const [first] = problems;
  if (problems.length === 1) return first;
  const diagnostics = problems.map(({ code, message, details: { file } }) => {
    const at = typeof file === 'string' ? { file } : {};
    return { severity: 'error', code, message: unplaced(message, at), ...at };
  });
  return new GatewayError(first.code, `${first.message} (and ${problems.length - 1} more)`, {
    cause: first,
    details: { ...first.details, diagnostics },
  });
}
