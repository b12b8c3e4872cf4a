import ipaddr from 'ipaddr.js';

/** A URL as Go's net/url takes it apart. WHATWG's URL class answers differently for most odd input, so it is no help. */
export interface GoUrl {
  readonly scheme: string;
  /** All after `scheme:` when that does not begin with a slash. */
  readonly opaque: string;
  readonly user?: { readonly name: string; readonly password?: string };
  readonly host: string;
  readonly path: string;
  /** The path as written, when Go would write it otherwise; '' when not. */
  readonly rawPath: string;
  /** The path with its escapes, as Go's EscapedPath: kept since `path` may have lost bytes that are no UTF-8. */
  readonly escapedPath: string;
  readonly omitHost: boolean;
  /** The URL ends with a lone `?`. */
  readonly forceQuery: boolean;
  readonly rawQuery: string;
  readonly fragment: string;
  readonly rawFragment: string;
}

type Part = 'path' | 'host' | 'zone' | 'user' | 'fragment';

/** Bytes that stand unescaped in each part, beside letters and digits. */
const PLAIN: Readonly<Record<Part, string>> = {
  path: '-_.~$&+,/:;=@',
  host: '-_.~!$&\'()*+,;=:[]<>"',
  zone: '-_.~!$&\'()*+,;=:[]<>"',
  user: '-_.~$&+,;=',
  fragment: '-_.~$&+,/:;=?@!()*',
};

/** Takes a URL or URL reference apart; answers why not otherwise. All is done on bytes, since escapes may cut characters. */
export function parseGoUrl(text: string): GoUrl | { readonly error: string } {
  const bytes = Buffer.from(text).toString('latin1');
  try {
    const { user, ...url } = parse(bytes);
    const strings = Object.entries(url).map(([name, value]) => [name, typeof value === 'string' ? toText(value) : value]);
    const owner = user === undefined ? {} : { user: mapUser(user) };
    return { ...(Object.fromEntries(strings) as Omit<GoUrl, 'user'>), ...owner };
  } catch (error) {
    if (error instanceof UrlError) return { error: error.message };
    throw error;
  }
}

/** The URL put together again, as Go's String. */
export function goUrlText(url: GoUrl): string {
  const query = url.forceQuery || url.rawQuery !== '' ? `?${url.rawQuery}` : '';
  const fragment = url.fragment === '' ? '' : `#${url.rawFragment === '' ? escape(toBytes(url.fragment), 'fragment') : url.rawFragment}`;
  const scheme = url.scheme === '' ? '' : `${url.scheme}:`;
  return scheme + (url.opaque === '' ? hierarchy(url) : url.opaque) + query + fragment;
}

function hierarchy({ scheme, host, user, omitHost, escapedPath: path }: GoUrl): string {
  const named = host !== '' || user !== undefined;
  const authority = named || (scheme !== '' && !omitHost && path !== '') ? `//${userText(user)}${escape(toBytes(host), 'host')}` : '';
  if (host !== '' && path !== '' && !path.startsWith('/')) return `${authority}/${path}`;
  // A colon in the first segment would read as the end of a scheme.
  return scheme === '' && authority === '' && /^[^/]*:/.test(path) ? `./${path}` : authority + path;
}

function userText(user: GoUrl['user']): string {
  if (user === undefined) return '';
  const password = user.password === undefined ? '' : `:${escape(toBytes(user.password), 'user')}`;
  return `${escape(toBytes(user.name), 'user')}${password}@`;
}

class UrlError extends Error {}

function parse(all: string): GoUrl {
  const hash = all.indexOf('#');
  const reference = hash < 0 ? all : all.slice(0, hash);
  const escapedFragment = hash < 0 ? '' : all.slice(hash + 1);
  const fragment = unescape(escapedFragment, 'fragment');
  const rawFragment = escape(fragment, 'fragment') === escapedFragment ? '' : escapedFragment;
  const base = {
    opaque: '',
    host: '',
    path: '',
    rawPath: '',
    escapedPath: '',
    omitHost: false,
    forceQuery: false,
    rawQuery: '',
    fragment,
    rawFragment,
  };
  if (!/^[ -~\u0080-\u00ff]*$/.test(reference)) throw new UrlError('net/url: invalid control character in URL');
  if (reference === '*') return { ...base, scheme: '', path: '*', escapedPath: '*' };
  if (reference.startsWith(':')) throw new UrlError('missing protocol scheme');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(reference)?.[1] ?? '';
  const { rest, ...query } = cutQuery(reference.slice(scheme === '' ? 0 : scheme.length + 1));
  const start = { ...base, ...query, scheme: scheme.toLowerCase() };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...start, opaque: rest };
    if (rest.split('/', 1)[0]?.includes(':') === true) throw new UrlError('first path segment in URL cannot contain colon');
  }
  if (rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'))) {
    const slash = rest.indexOf('/', 2);
    const authority = rest.slice(2, slash < 0 ? undefined : slash);
    return { ...start, ...parseAuthority(start.scheme, authority), ...parsePath(slash < 0 ? '' : rest.slice(slash)) };
  }
  return { ...start, omitHost: scheme !== '' && rest.startsWith('/'), ...parsePath(rest) };
}

function cutQuery(rest: string): { readonly rest: string; readonly rawQuery: string; readonly forceQuery: boolean } {
  const mark = rest.indexOf('?');
  if (mark < 0) return { rest, rawQuery: '', forceQuery: false };
  return { rest: rest.slice(0, mark), rawQuery: rest.slice(mark + 1), forceQuery: mark === rest.length - 1 };
}

function parsePath(written: string): Pick<GoUrl, 'path' | 'rawPath' | 'escapedPath'> {
  const path = unescape(written, 'path');
  const escaped = escape(path, 'path');
  if (escaped === written) return { path, rawPath: '', escapedPath: escaped };
  const isEscaped = /^[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]+$/.test(written);
  return { path, rawPath: written, escapedPath: isEscaped ? written : path === '*' ? '*' : escaped };
}

function parseAuthority(scheme: string, authority: string): Pick<GoUrl, 'host' | 'user'> {
  const at = authority.lastIndexOf('@');
  const host = parseHost(scheme, authority.slice(at + 1));
  if (at < 0) return { host };
  const userinfo = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(userinfo)) throw new UrlError('net/url: invalid userinfo');
  const colon = userinfo.indexOf(':');
  if (colon < 0) return { host, user: { name: unescape(userinfo, 'user') } };
  return { host, user: { name: unescape(userinfo.slice(0, colon), 'user'), password: unescape(userinfo.slice(colon + 1), 'user') } };
}

function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf('[');
  if (open > 0) throw new UrlError('invalid IP-literal');
  if (open === 0) return parseLiteral(host);
  const first = host.indexOf(':');
  // Database URLs may list several hosts with ports; http allows one port only.
  const colon = scheme === 'http' || scheme === 'https' ? first : host.lastIndexOf(':');
  if (first >= 0) checkPort(host.slice(colon));
  return unescape(host, 'host');
}

function parseLiteral(host: string): string {
  const close = host.lastIndexOf(']');
  if (close < 0) throw new UrlError("missing ']' in host");
  const port = host.slice(close + 1);
  checkPort(port);
  const name = host.slice(1, close);
  const zone = name.indexOf('%25');
  const literal = zone < 0 ? unescape(name, 'host') : unescape(name.slice(0, zone), 'host') + unescape(name.slice(zone), 'zone');
  if (!/^[0-9A-Fa-f:.]+(?:%.+)?$/.test(literal) || !ipaddr.IPv6.isValid(literal.replace(/%.*$/, ''))) throw new UrlError('invalid host');
  return `[${literal}]${port}`;
}

function checkPort(port: string): void {
  if (!/^(?::\d*)?$/.test(port)) throw new UrlError(`invalid port ${JSON.stringify(port)} after host`);
}

function isPlain(byte: string, part: Part): boolean {
  return /^[A-Za-z0-9]$/.test(byte) || PLAIN[part].includes(byte);
}

function unescape(text: string, part: Part): string {
  const isHost = part === 'host' || part === 'zone';
  return text.replace(/%(?:[0-9A-Fa-f]{2})?|[^%]/g, (found) => {
    if (!found.startsWith('%')) {
      if (isHost && found < '\u0080' && !isPlain(found, part))
        throw new UrlError(`invalid character ${JSON.stringify(found)} in host name`);
      return found;
    }
    const byte = String.fromCharCode(Number.parseInt(found.slice(1), 16));
    const allowed = part === 'host' ? byte >= '\u0080' : part !== 'zone' || byte === ' ' || isPlain(byte, 'host');
    if (found.length < 3 || !(allowed || (isHost && byte === '%'))) throw new UrlError(`invalid URL escape ${JSON.stringify(found)}`);
    return byte;
  });
}

function escape(bytes: string, part: Part): string {
  return bytes.replace(/[^]/g, (byte) => {
    return isPlain(byte, part) ? byte : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

function mapUser(user: NonNullable<GoUrl['user']>): NonNullable<GoUrl['user']> {
  return user.password === undefined ? { name: toText(user.name) } : { name: toText(user.name), password: toText(user.password) };
}

function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
