/** What glob patterns are tried on: the files that are worth a disguise, and the programs. */
const WELL_KNOWN = [
  ...['/etc/shadow', '/etc/passwd', '/etc/sudoers', '/etc/crontab', '/etc/hosts', '/proc/self/environ'],
  ...['~/.ssh/id_rsa', '~/.ssh/id_ed25519', '~/.ssh/authorized_keys', '~/.aws/credentials', '~/.netrc', '~/.kube/config'],
  ...['/bin/rm', '/bin/cat', '/bin/sh', '/bin/bash', '/bin/nc', '/bin/dd', '/usr/bin/curl', '/usr/bin/wget', '/usr/bin/base64'],
  ...['/usr/bin/python3', '/usr/bin/perl', '/usr/bin/nc', '/usr/bin/rm', '/usr/bin/cat', '/usr/bin/bash', '/usr/bin/env'],
];

/** Longest pattern, and wildcards in it, that are tried. */
const MAX_PATTERN = 64;
const MAX_STARS = 4;

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

const HOME = /^(?:\$HOME|\$\{HOME\}|\/root|\/home\/[^/*?]+|\/Users\/[^/*?]+|~[a-z_][\w-]*)(?=\/|$)/;

/** The address of a file of this machine. What is encoded in it is decoded, as those do who open it. */
const FILE_URL = /^file:(?:\/\/(?:localhost(?=\/))?)?(?=[/~])/i;

const SLASH = 0x2f;
const DOT = 0x2e;
const TILDE = 0x7e;

/**
 * Whether the word is a path as one would say it already, or none at all: nearly every word is. One look at its characters, where the
 * expressions that make a path plain are eight.
 */
function isPlain(word: string): boolean {
  for (let at = 0; at < word.length; at++) {
    switch (word.charCodeAt(at)) {
      case 0x24: // $
      case 0x25: // %
      case 0x2a: // *
      case 0x3f: // ?
      case 0x5b: // [
      case 0x5c: // \
        return false;
      case 0x3a: // :
        // May be file:.
        if (at === 4) return false;
        break;
      case TILDE:
        if (at === 0 && word.length > 1 && word.charCodeAt(1) !== SLASH) return false;
        break;
      case SLASH: {
        // A doubled one, or one at the end, or a folder that begins with a dot.
        const next = word.charCodeAt(at + 1);
        if (next === SLASH || next === DOT || (at + 1 === word.length && at > 0)) return false;
        // May be /root, /home/NAME or /Users/NAME.
        if (at === 0 && (next === 0x72 || next === 0x68 || next === 0x55)) return false;
      }
    }
  }
  return true;
}

/** Most words are no paths at all. */
const PATHLIKE = /[/~$\\%]/;

/** {@link cleanPath}, where a pattern becomes the well-known file that it is meant for. */
export function normalPath(path: string): string {
  return staysAsIs(path) ? path : known(cleaned(path));
}

/** A path as one would say it: `~` for the home folder of anybody, without `.`, `..` and doubled slashes. */
export function cleanPath(path: string): string {
  return staysAsIs(path) ? path : cleaned(path);
}

function staysAsIs(path: string): boolean {
  return isPlain(path) || !PATHLIKE.test(path);
}

function cleaned(path: string): string {
  const local = plainPath(FILE_URL.test(path) ? decoded(path.replace(FILE_URL, '')) : path);
  const homely = (local.length > 1 && local.endsWith('/') ? local.slice(0, -1) : local).replace(HOME, '~');
  if (SCHEME.test(homely)) return homely;
  if (!/\/\.{0,2}(?:\/|$)|\/\//.test(homely)) return homely;
  const rooted = homely.startsWith('/');
  const parts: string[] = [];
  for (const part of homely.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !rooted) parts.push(part);
  }
  const joined = `${rooted ? '/' : ''}${parts.join('/')}`;
  // What climbs down from anywhere to /etc is meant to arrive there.
  return joined.replace(/^(?:\.\.\/)+(?=(?:etc|proc|root|home|var|dev)\/)/, '/').replace(HOME, '~') || (rooted ? '/' : '.');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Percent-encoded dots and slashes decoded, twice at most, and a path of Windows with slashes: `C:\\Users\\x` is a home folder like others. */
function plainPath(path: string): string {
  let plain = path;
  for (let round = 0; round < 2 && /%(?:25)?(?:2[ef]|5c)/i.test(plain); round++) {
    plain = plain.replace(/%25/g, '%').replace(/%2e/gi, '.').replace(/%2f/gi, '/').replace(/%5c/gi, '\\');
  }
  return /^[a-z]:\\|^\\\\|^(?:\.\.\\)+/i.test(plain) ? plain.replaceAll('\\', '/').replace(/^[a-z]:\/users\/[^/*?]+(?=\/|$)/i, '~') : plain;
}

/** The first well-known file or program that a glob pattern means; the path itself when it means none. */
function known(path: string): string {
  if (!/[*?[]/.test(path) || path.length > MAX_PATTERN || !/^[~/]/.test(path)) return path;
  const stars = path.match(/\*+/g)?.length ?? 0;
  if (stars > MAX_STARS || /^[~/*?]+$/.test(path)) return path;
  const source = path
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*+/g, '[^/]*')
    .replace(/\?/g, '[^/]')
    .replace(/\[!/g, '[^');
  try {
    const expression = new RegExp(`^${source}$`);
    return WELL_KNOWN.find((candidate) => expression.test(candidate)) ?? path;
  } catch {
    return path;
  }
}

/** A word that names a file rather than an option or a URL. */
export function isPath(word: string): boolean {
  if (word === '' || word === '-' || word.length > 1024 || word.includes('\n') || word.includes('\0')) return false;
  return !word.includes('://') || !SCHEME.test(word) || FILE_URL.test(word);
}

const URL_HOST = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@\s]*@)?(\[[0-9a-f:.]+\]|[^/?#:\s]+)/i;

const SOCKET = /^\/dev\/(?:tcp|udp)\/([^/]+)\//;

/** An address of version 4 written in any other way than four decimal numbers, or inside one of version 6, in those; other hosts as they are. */
function plainHost(host: string): string {
  if (!/^(?:\[|(?:0x[\da-f]*|\d+)(?:\.(?:0x[\da-f]*|\d+)){0,3}\.?$)/.test(host)) return host;
  let plain: string;
  try {
    plain = new URL(`http://${host}/`).hostname;
  } catch {
    return host;
  }
  const [, high, low] = /^\[(?:::ffff:|64:ff9b::)([\da-f]{1,4}):([\da-f]{1,4})\]$/.exec(plain) ?? [];
  if (high === undefined || low === undefined) return plain;
  return [high, low].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]).join('.');
}

/** The machine that a URL, or an address as scp and rsync take it, names. */
export function hostOf(word: string): string | undefined {
  if (!word.includes('://')) return word.startsWith('/dev/') ? SOCKET.exec(word)?.[1]?.toLowerCase() : undefined;
  const url = URL_HOST.exec(word)?.[1];
  return url !== undefined ? plainHost(url.toLowerCase()) : SOCKET.exec(word)?.[1]?.toLowerCase();
}
