# Guardrail: what a tool call would do.
#
# The gateway takes a call apart into input.facts: commands as a shell would see them, files, hosts, SQL statements and programs. What is bad
# about them is said here, for package defenseclaw.guardrail to decide on, and in a package of its own, since texts that are no call need none of
# it; the names and places that it is about are in data.guardrail.facts. A text that only reads like a command
# (`sure` is false) is never worth a block.
#
# A script may hold hundreds of commands, and every rule is asked of each call. So a rule looks at the names that occur, or at all texts at once,
# before it goes over commands one by one.
package defenseclaw.guardrail_facts

findings contains _finding("DELETE-ROOT", "destructive", "Deletes a root, home or system folder", "CRITICAL", c) if {
	some c in _named_any({"rm", "shred", "srm"})
	_any_flag(c, {"r", "R", "recursive", "no-preserve-root"})
	some operand in c.operands
	_is_root(operand)
}

findings contains _finding("DELETE-ROOT", "destructive", "Deletes what lies in a root, home or system folder", "CRITICAL", c) if {
	some c in _named_any({"shred", "srm"})
	"find" in c.via
	some operand in c.operands
	_is_root(operand)
}

findings contains _finding("DELETE-ALL", "destructive", "Deletes everything in the folder that it happens to run in", "HIGH", c) if {
	some c in _named_any({"rm"})
	_any_flag(c, {"r", "R", "recursive"})
	some operand in c.operands
	operand in {"*", ".", "..", "./*", "../*", "$1", "$@"}
}

findings contains _finding("DELETE-FOUND", "destructive", "Deletes what it finds below a root, home or system folder", "CRITICAL", c) if {
	some c in _named_any({"find"})
	_any_flag(c, {"delete"})
	_is_root(c.operands[0])
}

findings contains _finding("DELETE-ROOT", "destructive", "Makes a root, home or system folder like another one", "CRITICAL", c) if {
	some c in _named_any({"rsync"})
	some flag in c.flags
	startswith(flag, "del")
	_is_root(c.operands[count(c.operands) - 1])
}

findings contains _finding("DELETE-WINDOWS", "destructive", "Deletes a whole drive", "CRITICAL", c) if {
	some c in _lower_named_any({"remove-item", "ri", "rm", "del", "rd", "rmdir", "erase", "format"})
	some operand in c.operands
	regex.match(
		`(?i)^(?:[a-z]:[\\/]*(?:windows|users|program files)?|(?:\$env:|\$\{env:|%)(?:systemroot|systemdrive|windir|userprofile|programfiles)[}%]?)[\\/]*\*?$`,
		operand,
	)
}

findings contains _finding("WIPE-DISK", "destructive", "Overwrites a disk", "CRITICAL", c) if {
	wipers := `(?m)^(?:mkfs|mke2fs|wipefs|blkdiscard|sgdisk|parted|fdisk|shred|mkswap)(?:\..*)?$`
	count(_names) > 0
	regex.match(wipers, concat("\n", _names))
	some c in _facts("commands")
	regex.match(wipers, c.name)
	some operand in c.operands
	_is_disk(operand)
	not _any_flag(c, {"l", "list"})
}

findings contains _place("WRITE-DISK", "destructive", "Writes to a disk", "CRITICAL", f) if {
	some f in _facts("writes")
	_is_disk(f.path)
}

findings contains _finding("OPEN-ROOT", "destructive", "Opens system folders to everybody", "CRITICAL", c) if {
	some c in _named_any({"chmod", "chown"})
	_any_flag(c, {"R", "recursive"})
	some operand in array.slice(c.operands, 1, 16)
	_is_root(operand)
}

findings contains _finding("OPEN-SYSTEM", "destructive", "Opens a system file to everybody", "HIGH", c) if {
	some c in _named_any({"chmod"})
	regex.match(`^0?777$|^a\+rwx$|^o\+w$`, c.operands[0])
	some operand in array.slice(c.operands, 1, 16)
	regex.match(`^/(?:$|etc|usr|bin|sbin|var|boot|lib)`, operand)
}

findings contains _named("FORK-BOMB", "destructive", "A function that multiplies itself", "CRITICAL", name) if some name in _facts("recursions")

findings contains _finding("DESTROY", "destructive", rule.title, rule.severity, c) if {
	count(_names) > 0
	some rule in _list("commands")
	some name in rule.names
	name in _lower_names
	some c in _facts("commands")
	lower(c.name) == name
	_has_words(c, rule)
	not _only_shows(c)
}

findings contains _flow("RUN-DOWNLOAD", "execution", "Runs what it downloads", "CRITICAL", f) if {
	some f in _facts("flows")
	f.kind == "runs"
	_any(f.from, _downloaders)
}

findings contains _flow("RUN-DECODED", "execution", "Runs what it decodes", "CRITICAL", f) if {
	some f in _facts("flows")
	f.kind == "runs"
	_any(f.from, _decoders)
}

findings contains _flow("RUN-DOWNLOAD", "execution", "Runs what it downloads", "CRITICAL", f) if {
	some f in _facts("flows")
	f.into in {"source", "."}
	"/dev/stdin" in f.reads
	_any(f.from, _downloaders)
}

findings contains _finding("RUN-SAVED-DOWNLOAD", "execution", "Runs a file that it downloaded", "HIGH", c) if {
	count(_downloads) > 0
	some c in _facts("commands")
	some path in _run_by(c)
	trim_prefix(path, "./") in _downloads
}

findings contains _finding("RUN-DOWNLOAD-POWERSHELL", "execution", "Runs what it downloads", "CRITICAL", c) if {
	regex.match(`(?i)\b(?:iex|invoke-expression)\b`, concat("\n", [c.text | some c in _facts("commands")]))
	some c in _facts("commands")
	regex.match(`(?i)\b(?:iex|invoke-expression)\b`, c.text)
	regex.match(`(?i)downloadstring|\biwr\b|invoke-webrequest|\birm\b|invoke-restmethod|frombase64string`, c.text)
}

findings contains _finding("RUN-ENCODED-POWERSHELL", "execution", "Runs an encoded command", "HIGH", c) if {
	some c in _lower_named_any({"powershell", "pwsh"})
	regex.match(`(?i)\s-e(?:nc?|ncodedcommand)?\s+[a-z0-9+/=]{16,}`, c.text)
}

findings contains _finding("REVERSE-SHELL", "execution", "Hands a shell to another machine", "CRITICAL", c) if {
	some c in _named_any({"nc", "ncat", "netcat"})
	_any_flag(c, {"e", "c", "exec", "sh-exec"})
}

findings contains _finding("REVERSE-SHELL", "execution", "Hands a shell to another machine", "CRITICAL", c) if {
	some c in _named_any({"socat"})
	regex.match(`(?i)\b(?:exec|system):`, c.text)
}

findings contains _flow("REVERSE-SHELL", "execution", "Hands a shell to another machine", "CRITICAL", f) if {
	some f in _facts("flows")
	f.into in {"nc", "ncat", "netcat", "telnet", "openssl", "/dev/tcp"}
	_any(f.from, _interpreters)
}

findings contains _place("REVERSE-SHELL", "execution", "Hands a shell to another machine", "CRITICAL", f) if {
	some kind in ["reads", "writes"]
	some f in _facts(kind)
	strings.any_prefix_match(f.path, ["/dev/tcp/", "/dev/udp/"])
}

findings contains _code("REVERSE-SHELL", "execution", "Hands a shell to another machine", "CRITICAL", k) if {
	some k in _facts("code")
	names := lower(concat("\n", k.names))
	some shape in _list("reverse_shells")
	every part in shape {
		contains(names, part)
	}
}

findings contains _code("RUN-DECODED", "execution", "Runs what it decodes or downloads", "CRITICAL", k) if {
	some k in _facts("code")
	some run in ["exec", "eval", "system", "os.system"]
	run in k.names
	decoding := `(?i)b64decode|base64_decode|frombase64|urlopen|requests\.get|unhexlify|atob|fromhex|downloadstring|urllib`
	regex.match(decoding, concat("\n", k.names))
}

findings contains _code("DELETE-ROOT", "destructive", "Deletes a root, home or system folder", "CRITICAL", k) if {
	some k in _facts("code")
	regex.match(`(?m)(?:^|[.:])(?:rmtree|rm_rf?|rm|unlink|rmSync|rmdirSync|rimraf|remove_dir_all|remove_tree|remove_entry)$`, concat("\n", k.names))
	some f in array.concat(_facts("reads"), _facts("writes"))
	_is_root(f.path)
}

findings contains _finding("MOUNT-HOST", "execution", "Gives a container all files of the machine", "HIGH", c) if {
	some c in _named_any({"docker", "podman"})
	regex.match(`(?:^|\s)(?:-v|--volume)[ =]?/:|(?:source|src)=/(?:,|\s|$)`, c.text)
}

findings contains _code("PRIVILEGED-POD", "execution", "Gives a container of a cluster the machine that it runs on", "HIGH", k) if {
	some k in _facts("code")
	k.language == "kubernetes"
	some name in k.names
	name in {"privileged", "hostPID", "hostPath"}
}

findings contains _flow("SEND-SECRET", "exfiltration", "Sends secrets to another machine", "CRITICAL", f) if {
	some f in _facts("flows")
	f.into in _receivers
	screen := _screen("secret_reads")
	some path in f.reads
	regex.match(screen, path)
	_is_listed(path, "secret_reads")
}

findings contains _flow("SEND-ENVIRONMENT", "exfiltration", "Sends its environment to another machine", "CRITICAL", f) if {
	some f in _facts("flows")
	f.into in _receivers
	some name in f.from
	name in {"env", "printenv", "set", "export", "declare"}
}

# `ps e` shows the environment beside each process, `ps -e` does not.
findings contains _flow("SEND-ENVIRONMENT", "exfiltration", "Sends the environment of processes to another machine", "CRITICAL", f) if {
	some c in _named_any({"ps"})
	regex.match(`^[afglrtuvwx]*e[afglrtuvwx]*$`, c.operands[0])
	some f in _facts("flows")
	f.into in _receivers
	"ps" in f.from
}

# What ran to make a header of a request is how one logs in; what is piped into it is what it sends, and so is what stands in its data or its
# address, but for what logs in there, too.
findings contains _flow("SEND-CREDENTIALS", "exfiltration", "Sends credentials that a program prints to another machine", "HIGH", f) if {
	some f in _facts("flows")
	f.kind == "gets"
	f.into in _list("uploaders")
	some rule in _list("exporters")
	some name in rule.names
	name in f.from
	_is_sent(f, name, rule)
	some c in _facts("commands")
	c.name == name
	_has_kinds(c, rule)
}

findings contains _finding("SEND-TO-COLLECTOR", "exfiltration", "Talks to a service that collects what others send", "HIGH", c) if {
	some h in _facts("hosts")
	_is_host(h.host, _list("collectors"))
	c := {"text": h.host, "sure": true}
}

findings contains _finding("READ-METADATA", "exfiltration", "Asks the metadata service of the cloud for credentials", "HIGH", c) if {
	some h in _facts("hosts")
	h.host in _list("metadata_hosts")
	c := {"text": h.host, "sure": true}
}

findings contains _place("READ-SECRET", "sensitive_files", "Reads credentials", "HIGH", f) if {
	some f in _in_list("reads", "secret_reads")
}

findings contains _place("READ-SENSITIVE", "sensitive_files", "Reads a file that tells about accounts or the environment", "MEDIUM", f) if {
	some f in _in_list("reads", "sensitive_reads")
}

findings contains _place("WRITE-PERSISTENCE", "persistence", "Writes where the system runs or trusts it", "HIGH", f) if {
	some f in _in_list("writes", "sensitive_writes")
}

findings contains _finding("WRITE-BY-DATABASE", "persistence", "Has a database save where the system runs or trusts files", "HIGH", c) if {
	some c in _lower_named_any({"redis-cli", "valkey-cli", "keydb-cli"})
	words := [lower(word) | some word in c.operands]
	"config" in words
	some at, word in words
	word in {"dir", "dbfilename"}
	trusted := `^~$|(?:^|/)\.ssh$|authorized_keys|^/etc(?:/|$)|(?:^|/)cron|^/(?:usr/)?(?:s?bin|lib)|\.(?:php\d?|phtml|jspx?|aspx?|so|sh)$|/(?:www|htdocs)(?:/|$)`
	regex.match(trusted, words[at + 1])
}

findings contains _place("WRITE-STARTUP", "persistence", "Writes what a shell runs when it starts", "MEDIUM", f) if {
	some f in _in_list("writes", "startup_writes")
}

findings contains _place("WRITE-MEMORY", "persistence", "Writes what agents take for their instructions", "MEDIUM", f) if {
	some f in _in_list("writes", "memory_files")
}

findings contains _statement("SQL-DROP", "destructive", "Drops a database or a schema", "CRITICAL", s) if {
	some s in _facts("sql")
	s.words[0] == "DROP"
	s.words[1] in {"DATABASE", "SCHEMA"}
}

findings contains _statement("SQL-DROP-TABLE", "destructive", "Drops a table", "HIGH", s) if {
	some s in _facts("sql")
	s.words[0] == "DROP"
	s.words[1] in {"TABLE", "USER", "ROLE"}
	not _is_scratch(s)
	not s in _own_tables
}

findings contains _statement("SQL-EMPTY", "destructive", "Empties a table", "CRITICAL", s) if {
	some s in _facts("sql")
	s.words[0] in {"DELETE", "TRUNCATE"}
	_is_whole(s)
}

findings contains _statement("SQL-UPDATE-ALL", "destructive", "Changes every row of a table", "HIGH", s) if {
	some s in _facts("sql")
	s.words[0] == "UPDATE"
	_is_whole(s)
}

findings contains _statement("SQL-INJECTION", "injection", "A condition that always holds", "HIGH", s) if {
	some s in _facts("sql")
	s.words[0] in {"SELECT", "WITH", "OR", "AND"}
	s.always
	"OR" in s.words
}

findings contains _statement("SQL-DELAY", "injection", "Has the database answer by how long it takes", "HIGH", s) if {
	some s in _facts("sql")
	_asks_by_time(s)
}

findings contains _statement("SQL-SHELL", "execution", "Runs a program, or reads and writes files, from the database", "CRITICAL", s) if {
	some s in _facts("sql")
	regex.match(`(?m)^(?:XP_CMDSHELL|MASTER\.\.XP_CMDSHELL|LOAD_FILE|PG_READ_FILE|LO_EXPORT|OUTFILE|DUMPFILE|SYS_EXEC|PROGRAM|LOAD_EXTENSION)$`, concat("\n", s.words))
}

findings contains _statement("SQL-SPY", "exfiltration", "Joins the accounts or the schema to what was asked for", "HIGH", s) if {
	some s in _facts("sql")
	"UNION" in s.words
	regex.match(`INFORMATION_SCHEMA|PG_SHADOW|MYSQL\.USER|SQLITE_MASTER|PASSWORD|PASSWD`, concat("\n", s.words))
}

findings contains _statement("SQL-SHELL", "execution", "Has the database read a file of the system", "HIGH", s) if {
	some s in _facts("sql")
	s.words[0] == "LOAD"
	"INFILE" in s.words
	regex.match(`(?m)^'(?:/ETC/|/PROC/|/ROOT/|/HOME/[^']*/\.|~/\.|C:[\\/]+WINDOWS)`, concat("\n", s.words))
}

findings contains _statement("SQL-GRANT", "persistence", "Gives all rights away", "HIGH", s) if {
	some s in _facts("sql")
	s.words[0] == "GRANT"
	s.words[1] == "ALL"
}

findings contains _statement("SQL-GRANT", "persistence", "Gives an account all rights", "HIGH", s) if {
	some s in _facts("sql")
	s.words[0] in {"ALTER", "CREATE"}
	s.words[1] in {"USER", "ROLE", "LOGIN"}
	"SUPERUSER" in s.words
}

findings contains _named("TRUNCATED", "truncated", "More than is looked at", "HIGH", "") if input.facts.truncated == true

# --- what it takes ---------------------------------------------------------------------------------------------------

_facts(name) := object.get(input.facts, name, [])

_list(name) := object.get(object.get(data.guardrail, "facts", {}), name, [])

# The names of all commands, each once.
_names := {c.name | some c in _facts("commands")}

_lower_names := {lower(name) | some name in _names}

_named_any(wanted) := [c |
	count(_names & wanted) > 0
	some c in _facts("commands")
	c.name in wanted
]

_lower_named_any(wanted) := [c |
	count(_lower_names & wanted) > 0
	some c in _facts("commands")
	lower(c.name) in wanted
]

_downloaders := {name | some name in _list("downloaders")}

# Files that hold what was downloaded: they are named, or called as they are there.
_downloads := {trim_prefix(path, "./") |
	count(_names & _downloaders) > 0
	some path in (_saved | _called_as_there)
}

_saved := {f.path |
	some f in _facts("writes")
	_holds_download(f.by)
}

_holds_download(by) if by in _downloaders

_holds_download("tee") if {
	some f in _facts("flows")
	f.into == "tee"
	_any(f.from, _downloaders)
}

_called_as_there := {regex.replace(address, `[?#].*$|^(?:[^?#]*/)`, "") |
	some c in _named_any({"wget", "curl"})
	_keeps_name(c)
	some address in c.operands
	contains(address, "/")
}

_keeps_name(c) if {
	c.name == "wget"
	not _any_flag(c, {"O", "output-document"})
}

_keeps_name(c) if {
	c.name == "curl"
	_any_flag(c, {"O", "remote-name", "remote-name-all"})
}

# Files that a command runs, or lets be run. What else an interpreter is given are arguments of the program.
_run_by(c) := {c.operands[0]} if {
	c.name in (_interpreters | {"source", "."})
} else := array.slice(c.operands, 1, count(c.operands)) if {
	c.name == "chmod"
	regex.match(`^(?:[ugoa]*[+=][rwst]*[xX]|[0-7]*[1357][0-7]*$)`, c.operands[0])
} else := {split(c.text, " ")[0]}

_decoders := {name | some name in _list("decoders")}

_interpreters := {name | some name in _list("interpreters")}

_receivers := {name | some name in _list("senders")} | {"/dev/tcp"}

_roots := {path | some path in _list("roots")}

_any(names, wanted) if {
	some name in names
	name in wanted
}

_any_flag(c, wanted) if {
	some flag in c.flags
	flag in wanted
}

_is_root(path) if path in _roots

_is_root(path) if {
	endswith(path, "*")
	regex.match(`^(?:/\*+|~/(?:\*+|\.\*))$`, path)
}

_is_root(path) if {
	endswith(path, "/*")
	trim_suffix(path, "/*") in _roots
}

_is_disk(path) if {
	startswith(path, "/dev/")
	regex.match(`^/dev/(?:sd[a-z]|nvme[0-9]|hd[a-z]|vd[a-z]|xvd[a-z]|disk[0-9]|rdisk[0-9]|mmcblk[0-9]|mapper/)`, path)
}

# What a program that is told to only shows. What stands behind `--` is no option, and of options that say both the last one counts.
_only_shows(c) if {
	c.name == "aws"
	_any_flag(c, {"dryrun"})
}

_only_shows(c) if {
	c.name == "git"
	_any_flag(c, {"dry-run"})
	not _any_flag(c, {"no-dry-run"})
}

_only_shows(c) if {
	c.name in {"kubectl", "oc"}
	_any_flag(c, {"dry-run"})
	count(regex.find_n(`--dry-run`, c.text, -1)) == 1
	regex.match(`\s--dry-run=(?:client|server)(?:\s|$)`, c.text)
}

# A condition, and a wait that depends on it. What waits between two steps has none.
_asks_by_time(s) if {
	s.words[0] == "IF"
	"SELECT" in s.words
	"WAITFOR" in s.words
}

_asks_by_time(s) if {
	count({"AND", "OR", "XOR", "IF", "IIF", "CASE"} & {word | some word in s.words}) > 0
	regex.match(`(?m)^(?:PG_SLEEP|SLEEP|BENCHMARK)\n[\d.]+$`, concat("\n", s.words))
}

# Temporary tables that the call made itself, each dropped once: a second time it would be the table behind it. Of several commands nobody knows
# whether they are one session.
_own_tables := {s |
	count(_facts("commands")) == 0
	some at, s in _facts("sql")
	array.slice(s.words, 0, 2) == ["DROP", "TABLE"]
	count(s.words) == 3
	count([1 | some other in _facts("sql"); array.slice(other.words, 0, 1) == ["DROP"]; s.words[2] in other.words]) == 1
	some made in array.slice(_facts("sql"), 0, at)
	made.words[0] == "CREATE"
	made.words[1] in {"TEMP", "TEMPORARY"}
	made.words[2] == "TABLE"
	made.words[3] == s.words[2]
}

# Every table has the name of one that is thrown away.
_is_scratch(s) if {
	s.words[1] == "TABLE"
	names := [word | some word in array.slice(s.words, 2, 24); not word in {"IF", "EXISTS", "CASCADE", "RESTRICT"}]
	count(names) > 0
	every name in names {
		regex.match(`(?:^|\.)(?:TMP|TEMP|SCRATCH|STAGING)_|_(?:TMP|TEMP|SCRATCH|BAK)$`, name)
	}
}

_is_whole(s) if not s.where

_is_whole(s) if s.always

# The files that stand in a list of places. All paths are held against all places at once first.
_in_list(kind, list) := [f |
	paths := [f.path | some f in _facts(kind)]
	count(paths) > 0
	screen := _screen(list)
	regex.match(screen, concat("\n", paths))
	some f in _facts(kind)
	regex.match(screen, f.path)
	_is_listed(f.path, list)
]

# A pattern that matches every path which stands in the list, and may match others.
_screen(list) := strings.replace_n(
	{
		"\n": "|", "$": ".?", "|": ".?", "*": ".?", "+": ".?", "?": ".?", "^": ".?", "\\": ".?",
		"(": ".?", ")": ".?", "[": ".?", "]": ".?", "{": ".?", "}": ".?",
	},
	concat("\n", _list(list)),
)

# What begins with a slash is where it says; anything else is so below any folder.
_is_listed(path, list) if {
	not endswith(path, ".pub")
	below := concat("", ["/", path])
	some entry in _list(list)
	_begins(path, below, entry)
}

_begins(path, _, entry) if {
	startswith(entry, "/")
	startswith(path, entry)
}

_begins(_, below, entry) if {
	not startswith(entry, "/")
	not endswith(entry, "$")
	contains(below, concat("", ["/", entry]))
}

_begins(_, below, entry) if {
	endswith(entry, "$")
	endswith(below, concat("", ["/", trim_suffix(entry, "$")]))
}

_is_host(host, listed) if host in listed

_is_host(host, listed) if strings.any_suffix_match(host, [concat("", [".", name]) | some name in listed])

_is_sent(f, name, _) if not name in object.get(f, "substituted", [])

_is_sent(f, name, rule) if {
	name in object.get(f, "sends", [])
	not object.get(rule, "login", false)
}

# The same, where `secret/name` is a `secret`.
_has_kinds(c, rule) if _has_words(object.union(c, {"operands": [split(word, "/")[0] | some word in c.operands]}), rule)

# A command has words that the rule asks for, and one of the options of which it asks for one.
_has_words(c, rule) if {
	words := {lower(word) | some word in array.concat(c.operands, c.flags)}
	every word in object.get(rule, "all", []) {
		word in words
	}
	_has_any(words, object.get(rule, "any", []))
}

_has_any(_, wanted) if count(wanted) == 0

_has_any(words, wanted) if {
	some word in wanted
	word in words
}

_finding(id, category, title, severity, c) := _of(id, category, title, _worth(severity, c.sure), c.text)

_place(id, category, title, severity, f) := _of(id, category, title, _worth(severity, f.sure), f.path)

_flow(id, category, title, severity, f) := _of(
	id, category, title, _worth(severity, f.sure),
	concat(" | ", [concat(" ", f.from), f.into]),
)

_code(id, category, title, severity, k) := _of(id, category, title, _worth(severity, k.sure), k.language)

_statement(id, category, title, severity, s) := _of(id, category, title, _worth(severity, s.sure), concat(" ", array.slice(s.words, 0, 8)))

_named(id, category, title, severity, name) := _of(id, category, title, severity, name)

_of(id, category, title, severity, evidence) := {
	"id": concat("", ["FACT-", id]),
	"category": category,
	"title": title,
	"severity": severity,
	"evidence": evidence,
}

_worth(severity, sure) := "HIGH" if {
	severity == "CRITICAL"
	sure == false
} else := severity
