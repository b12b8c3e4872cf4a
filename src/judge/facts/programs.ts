const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

export const SHELLS = words('sh bash zsh dash ksh ash fish rbash csh tcsh mksh');

/** Other interpreters, with the options that carry a program. */
export const INTERPRETERS: ReadonlyMap<string, { readonly language: string; readonly code: ReadonlySet<string> }> = new Map([
  ...named('python python2 python3 pypy pypy3', 'python', 'c'),
  ...named('perl', 'perl', 'e E'),
  ...named('ruby', 'ruby', 'e'),
  ...named('node nodejs deno bun', 'javascript', 'e p eval print'),
  ...named('php', 'php', 'r'),
  ...named('lua', 'lua', 'e'),
  ...named('awk gawk mawk nawk', 'awk', ''),
  ...named('pwsh powershell powershell.exe', 'powershell', 'Command command c C'),
  ...named('osascript', 'applescript', 'e'),
  ...named('tclsh expect', 'tcl', 'c'),
]);

function named(names: string, language: string, code: string): [string, { language: string; code: ReadonlySet<string> }][] {
  return names.split(' ').map((name) => [name, { language, code: words(code) }]);
}

/** Clients that take SQL from an option or from their input. */
export const SQL_CLIENTS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['psql', words('c command')],
  ['mysql', words('e execute')],
  ['mariadb', words('e execute')],
  ['sqlite3', words('cmd')],
  ['clickhouse-client', words('q query')],
  ['sqlcmd', words('Q q')],
  ['duckdb', words('c')],
  ['cqlsh', words('e')],
]);

export interface Wrapper {
  /** Options that take a value. */
  readonly valued: ReadonlySet<string>;
  /** Operands before the command. */
  readonly skips: number;
}

const wrapper = (skips: number, valued = ''): Wrapper => ({ skips, valued: words(valued) });

/** What only starts another command. */
export const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map([
  ['sudo', wrapper(0, 'u g h p C U T r t D R user group host prompt chdir chroot')],
  ['doas', wrapper(0, 'u C')],
  ['nohup', wrapper(0)],
  ['time', wrapper(0, 'f o')],
  ['nice', wrapper(0, 'n adjustment')],
  ['ionice', wrapper(0, 'c n p')],
  ['timeout', wrapper(1, 's k signal kill-after')],
  ['stdbuf', wrapper(0, 'i o e')],
  ['setsid', wrapper(0)],
  ['command', wrapper(0)],
  ['builtin', wrapper(0)],
  ['exec', wrapper(0, 'a')],
  ['busybox', wrapper(0)],
  ['toybox', wrapper(0)],
  ['chroot', wrapper(1, 'userspec groups')],
  ['unshare', wrapper(0)],
  ['nsenter', wrapper(0, 't S G target')],
  ['strace', wrapper(0, 'e o p s u E')],
  ['ltrace', wrapper(0, 'e o p s u')],
  ['watch', wrapper(0, 'n d interval')],
  ['parallel', wrapper(0, 'j P N')],
  ['flock', wrapper(1, 'w timeout')],
  ['taskset', wrapper(1)],
  ['caffeinate', wrapper(0, 't w')],
  ['fakeroot', wrapper(0)],
  ['proxychains', wrapper(0, 'f')],
  ['proxychains4', wrapper(0, 'f')],
  ['torsocks', wrapper(0)],
  ['pkexec', wrapper(0, 'user')],
  ['screen', wrapper(0, 'S c h p t T')],
  ['systemd-run', wrapper(0, 'p u unit property')],
  ['npx', wrapper(0, 'p package')],
  ['xargs', wrapper(0, 'I i n P L d E s a max-args max-procs replace delimiter arg-file')],
  ['ssh', wrapper(1, 'i p l o F L R D J b c e m O Q S W w B E I')],
  ['env', wrapper(0, 'u C unset chdir')],
]);

/** Wrappers behind a verb: `docker exec [options] CONTAINER command`. */
export const VERB_WRAPPERS: ReadonlyMap<string, Wrapper> = new Map([
  ['docker exec', wrapper(1, 'e u w env user workdir env-file')],
  [
    'docker run',
    wrapper(1, 'e u w v p name env user workdir volume publish network mount entrypoint env-file h hostname m memory cpus l label'),
  ],
  ['podman exec', wrapper(1, 'e u w env user workdir')],
  ['podman run', wrapper(1, 'e u w v p name env user workdir volume publish network mount entrypoint')],
  ['kubectl exec', wrapper(1, 'n c namespace container')],
  ['docker-compose exec', wrapper(1, 'e u w')],
]);

/** Programs that print what they read, and pass it on. */
export const READERS = words(
  `cat tac less more most head tail nl od xxd hexdump strings base64 base32 sort uniq cut paste rev view bat batcat diff cmp comm join fold fmt pr
   expand zcat bzcat xzcat gzip bzip2 xz zstd tar zip 7z gpg openssl source . uuencode split csplit shuf column vi vim nano emacs pbcopy xclip
   hexyl jq yq sed awk gawk grep egrep fgrep rg ag perl nc mail file2 type get-content gc cp mv install rsync scp ln dd curl wget http https`,
);

/** Programs whose first operand is a file with a database in it. */
export const FILE_DATABASES = words('sqlite3 sqlite sqlcipher litecli duckdb');

/** Programs that send what they are given. */
export const NETWORK = words(
  'curl wget http https nc ncat netcat socat telnet scp rsync ftp tftp sftp mail sendmail mutt ssh openssl aws gsutil rclone gh',
);

/** Options of these whose value is what they send. */
export const SENT_VALUES = words(
  'd data data-binary data-raw data-urlencode data-ascii json F form form-string post-data body-data url-query',
);

/** Their first operand is a pattern or a program, unless an option has given it. */
export const PATTERN_FIRST = words('grep egrep fgrep rg ag sed awk gawk mawk jq yq perl');

/** The last operand is written, the others are read. */
export const COPIERS = words('cp mv install rsync scp ln');

/** Every operand is written. */
export const WRITERS = words('tee truncate touch sponge mkfifo');

/** Options that take the next word, by program. */
export const VALUED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    'curl',
    words(`d data data-binary data-raw data-urlencode data-ascii json F form form-string url-query T upload-file o output H header X request u user A user-agent e referer
      K config x proxy oauth2-bearer b cookie c cookie-jar m max-time url retry connect-timeout w write-out resolve cacert cert key`),
  ],
  ['wget', words('O output-document post-file post-data body-file body-data header U user-agent o a i input-file P t T e method')],
  ['tar', words('f file C directory X T exclude I')],
  ['grep', words('e f m A B C regexp file max-count include exclude exclude-dir color')],
  ['rg', words('e f m A B C g t T regexp file glob type')],
  ['sed', words('e f expression file')],
  ['jq', words('f from-file')],
  ['head', words('n c lines bytes')],
  ['tail', words('n c lines bytes')],
  ['cut', words('d f c b delimiter fields')],
  ['sort', words('k t o S T')],
  ['cp', words('t target-directory S')],
  ['mv', words('t target-directory S')],
  ['install', words('m o g t mode owner group target-directory')],
  ['rsync', words('e exclude include rsh')],
  ['scp', words('i P o F c l J S')],
  ['openssl', words('in out pass inkey connect k K e_ iv')],
  ['gpg', words('o r output recipient passphrase')],
  ['truncate', words('s size r reference')],
  ['nc', words('e c p s w q x X i')],
  ['ncat', words('e c p s w x sh-exec exec')],
  ['netcat', words('e c p s w q')],
  ['crontab', words('u')],
  ['git', words('C c m F')],
  ['kubectl', words('n namespace l f filename context cluster overrides patch p image')],
  ['iptables', words('t A D I s d p j i o')],
  ['psql', words('c d U h p f command dbname username host port file v')],
  ['mysql', words('e u h P D execute user host database')],
  ['mariadb', words('e u h P D execute user host database')],
  ['sqlcmd', words('Q q S U P d')],
  ['clickhouse-client', words('q query h host u user')],
  ['awk', words('f F v')],
]);

const NONE: ReadonlySet<string> = new Set();

export function valuedOptions(name: string): ReadonlySet<string> {
  return VALUED.get(name) ?? SQL_CLIENTS.get(name) ?? INTERPRETERS.get(name)?.code ?? NONE;
}
