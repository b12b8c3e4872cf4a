# Guardrail: what a tool call would do.
#
# The gateway takes a call apart into input.facts: commands as a shell would see them, files, hosts, SQL statements and programs. What is bad
# about them is said here; the names and places that it is about are in data.guardrail.facts. A text that only reads like a command
# (`sure` is false) is never worth a block.
package defenseclaw.guardrail

findings := _found if is_object(input.facts)

_found contains _finding("DELETE-ROOT", "destructive", "Deletes a root, home or system folder", "CRITICAL", c) if {
	some c in _facts("commands")
	c.name in {"rm", "shred", "srm"}
	_any_flag(c, {"r", "R", "recursive", "no-preserve-root"})
	some operand in c.operands
	_is_root(operand)
}

_found contains _finding("DELETE-ROOT", "destructive", "Deletes what lies in a root, home or system folder", "CRITICAL", c) if {
	some c in _facts("commands")
	c.name in {"shred", "srm"}
	"find" in c.via
	some operand in c.operands
	_is_root(operand)
}

_found contains _finding("DELETE-ALL", "destructive", "Deletes everything in the folder that it happens to run in", "HIGH", c) if {
	some c in _facts("commands")
	c.name == "rm"
	_any_flag(c, {"r", "R", "recursive"})
	some operand in c.operands
	operand in {"*", ".", "..", "./*", "../*", "$1", "$@"}
}

_found contains _finding("DELETE-FOUND", "destructive", "Deletes what it finds below a root, home or system folder", "CRITICAL", c) if {
	some c in _facts("commands")
	c.name == "find"
	_any_flag(c, {"delete"})
	_is_root(c.operands[0])
}

_found contains _finding("DELETE-WINDOWS", "destructive", "Deletes a whole drive", "CRITICAL", c) if {
	some c in _facts("commands")
	lower(c.name) in {"remove-item", "del", "rd", "rmdir", "erase", "format"}
	some operand in c.operands
	regex.match(`(?i)^[a-z]:(?:[\\/]*\*?|[\\/]*(?:windows|users)[\\/]*\*?)$`, operand)
}

_found contains _finding("WIPE-DISK", "destructive", "Overwrites a disk", "CRITICAL", c) if {
	some c in _facts("commands")
	_wipes(c)
}

_wipes(c) if {
	regex.match(`^(?:mkfs|mke2fs|wipefs|blkdiscard|sgdisk|parted|fdisk|shred|mkswap)(?:\..*)?$`, c.name)
	some operand in c.operands
	_is_disk(operand)
	not _any_flag(c, {"l", "list"})
}

_found contains _place("WRITE-DISK", "destructive", "Writes to a disk", "CRITICAL", f) if {
	some f in _facts("writes")
	_is_disk(f.path)
}

_found contains _finding("OPEN-ROOT", "destructive", "Opens system folders to everybody", "CRITICAL", c) if {
	some c in _facts("commands")
	c.name in {"chmod", "chown"}
	_any_flag(c, {"R", "recursive"})
	some operand in array.slice(c.operands, 1, 16)
	_is_root(operand)
}

_found contains _finding("OPEN-SYSTEM", "destructive", "Opens a system file to everybody", "HIGH", c) if {
	some c in _facts("commands")
	c.name == "chmod"
	regex.match(`^0?777$|^a\+rwx$|^o\+w$`, c.operands[0])
	some operand in array.slice(c.operands, 1, 16)
	regex.match(`^/(?:$|etc|usr|bin|sbin|var|boot|lib)`, operand)
}

_found contains _named("FORK-BOMB", "destructive", "A function that multiplies itself", "CRITICAL", name) if some name in _facts("recursions")

_found contains _finding("DESTROY", "destructive", rule.title, rule.severity, c) if {
	some c in _facts("commands")
	some rule in _list("commands")
	_is_command(c, rule)
}

_found contains _flow("RUN-DOWNLOAD", "execution", "Runs what it downloads", "CRITICAL", f) if {
	some f in _facts("flows")
	f.kind == "runs"
	_among(f.from, "downloaders")
}

_found contains _flow("RUN-DECODED", "execution", "Runs what it decodes", "CRITICAL", f) if {
	some f in _facts("flows")
	f.kind == "runs"
	_among(f.from, "decoders")
}

_found contains _finding("RUN-SAVED-DOWNLOAD", "execution", "Runs a file that it downloaded", "HIGH", c) if {
	some f in _facts("writes")
	f.by in _set("downloaders")
	some c in _facts("commands")
	c.name in (_set("interpreters") | {"chmod", "source", "."})
	some operand in c.operands
	operand == f.path
}

_found contains _finding("RUN-DOWNLOAD-POWERSHELL", "execution", "Runs what it downloads", "CRITICAL", c) if {
	some c in _facts("commands")
	regex.match(`(?i)\b(?:iex|invoke-expression)\b`, c.text)
	regex.match(`(?i)downloadstring|\biwr\b|invoke-webrequest|\birm\b|invoke-restmethod|frombase64string`, c.text)
}

_found contains _finding("RUN-ENCODED-POWERSHELL", "execution", "Runs an encoded command", "HIGH", c) if {
	some c in _facts("commands")
	regex.match(`(?i)^(?:powershell|pwsh)$`, c.name)
	regex.match(`(?i)\s-e(?:nc?|ncodedcommand)?\s+[a-z0-9+/=]{16,}`, c.text)
}

_found contains _finding("REVERSE-SHELL", "execution", "Hands a shell to another machine", "CRITICAL", c) if {
	some c in _facts("commands")
	c.name in {"nc", "ncat", "netcat"}
	_any_flag(c, {"e", "c", "exec", "sh-exec"})
}

_found contains _finding("REVERSE-SHELL", "execution", "Hands a shell to another machine", "CRITICAL", c) if {
	some c in _facts("commands")
	c.name == "socat"
	regex.match(`(?i)\b(?:exec|system):`, c.text)
}

_found contains _flow("REVERSE-SHELL", "execution", "Hands a shell to another machine", "CRITICAL", f) if {
	some f in _facts("flows")
	f.into in {"nc", "ncat", "netcat", "telnet", "openssl", "/dev/tcp"}
	_among(f.from, "interpreters")
}

_found contains _place("REVERSE-SHELL", "execution", "Hands a shell to another machine", "CRITICAL", f) if {
	some kind in ["reads", "writes"]
	some f in _facts(kind)
	regex.match(`^/dev/(?:tcp|udp)/`, f.path)
}

_found contains _code("REVERSE-SHELL", "execution", "Hands a shell to another machine", "CRITICAL", k) if {
	some k in _facts("code")
	some shape in _list("reverse_shells")
	every part in shape {
		some name in k.names
		contains(lower(name), part)
	}
}

_found contains _code("RUN-DECODED", "execution", "Runs what it decodes or downloads", "CRITICAL", k) if {
	some k in _facts("code")
	some run in ["exec", "eval", "system", "os.system"]
	run in k.names
	some name in k.names
	regex.match(`(?i)b64decode|base64_decode|frombase64|urlopen|requests\.get|unhexlify|atob|fromhex|downloadstring|urllib`, name)
}

_found contains _code("DELETE-ROOT", "destructive", "Deletes a root, home or system folder", "CRITICAL", k) if {
	some k in _facts("code")
	some name in k.names
	regex.match(`(?:^|[.:])(?:rmtree|rm_rf|rmSync|rmdirSync|remove_dir_all|remove_tree)$`, name)
	some f in array.concat(_facts("reads"), _facts("writes"))
	_is_root(f.path)
}

_found contains _flow("SEND-SECRET", "exfiltration", "Sends secrets to another machine", "CRITICAL", f) if {
	some f in _facts("flows")
	f.into in (_set("senders") | {"/dev/tcp"})
	some path in f.reads
	_is_secret(path)
}

_found contains _flow("SEND-ENVIRONMENT", "exfiltration", "Sends its environment to another machine", "CRITICAL", f) if {
	some f in _facts("flows")
	f.into in (_set("senders") | {"/dev/tcp"})
	some name in f.from
	name in {"env", "printenv", "set", "export", "declare"}
}

_found contains _finding("SEND-TO-COLLECTOR", "exfiltration", "Talks to a service that collects what others send", "HIGH", c) if {
	some h in _facts("hosts")
	some host in _list("collectors")
	_is_host(h.host, host)
	c := {"text": h.host, "sure": true}
}

_found contains _finding("READ-METADATA", "exfiltration", "Asks the metadata service of the cloud for credentials", "HIGH", c) if {
	some h in _facts("hosts")
	h.host in _list("metadata_hosts")
	c := {"text": h.host, "sure": true}
}

_found contains _place("READ-SECRET", "sensitive_files", "Reads credentials", "HIGH", f) if {
	some f in _facts("reads")
	_is_secret(f.path)
}

_found contains _place("READ-SENSITIVE", "sensitive_files", "Reads a file that tells about accounts or the environment", "MEDIUM", f) if {
	some f in _facts("reads")
	_is_listed(f.path, "sensitive_reads")
}

_found contains _place("WRITE-PERSISTENCE", "persistence", "Writes where the system runs or trusts it", "HIGH", f) if {
	some f in _facts("writes")
	_is_listed(f.path, "sensitive_writes")
}

_found contains _place("WRITE-STARTUP", "persistence", "Writes what a shell runs when it starts", "MEDIUM", f) if {
	some f in _facts("writes")
	_is_listed(f.path, "startup_writes")
}

_found contains _place("WRITE-MEMORY", "persistence", "Writes what agents take for their instructions", "MEDIUM", f) if {
	some f in _facts("writes")
	_is_listed(f.path, "memory_files")
}

_found contains _statement("SQL-DROP", "destructive", "Drops a database or a schema", "CRITICAL", s) if {
	some s in _facts("sql")
	s.words[0] == "DROP"
	s.words[1] in {"DATABASE", "SCHEMA"}
}

_found contains _statement("SQL-DROP-TABLE", "destructive", "Drops a table", "HIGH", s) if {
	some s in _facts("sql")
	s.words[0] == "DROP"
	s.words[1] in {"TABLE", "USER", "ROLE"}
}

_found contains _statement("SQL-EMPTY", "destructive", "Empties a table", "CRITICAL", s) if {
	some s in _facts("sql")
	s.words[0] in {"DELETE", "TRUNCATE"}
	_is_whole(s)
}

_found contains _statement("SQL-UPDATE-ALL", "destructive", "Changes every row of a table", "HIGH", s) if {
	some s in _facts("sql")
	s.words[0] == "UPDATE"
	_is_whole(s)
}

_found contains _statement("SQL-INJECTION", "injection", "A condition that always holds", "HIGH", s) if {
	some s in _facts("sql")
	s.words[0] in {"SELECT", "WITH"}
	s.always
	"OR" in s.words
}

_found contains _statement("SQL-SHELL", "execution", "Runs a program, or reads and writes files, from the database", "CRITICAL", s) if {
	some s in _facts("sql")
	some word in s.words
	regex.match(`^(?:XP_CMDSHELL|MASTER\.\.XP_CMDSHELL|LOAD_FILE|PG_READ_FILE|LO_EXPORT|OUTFILE|DUMPFILE|SYS_EXEC|PROGRAM|LOAD_EXTENSION)$`, word)
}

_found contains _statement("SQL-SPY", "exfiltration", "Joins the accounts or the schema to what was asked for", "HIGH", s) if {
	some s in _facts("sql")
	"UNION" in s.words
	some word in s.words
	regex.match(`INFORMATION_SCHEMA|PG_SHADOW|MYSQL\.USER|SQLITE_MASTER|PASSWORD|PASSWD`, word)
}

_found contains _statement("SQL-GRANT", "persistence", "Gives all rights away", "HIGH", s) if {
	some s in _facts("sql")
	s.words[0] == "GRANT"
	s.words[1] == "ALL"
}

_found contains _named("TRUNCATED", "truncated", "More than is looked at", "HIGH", "") if input.facts.truncated == true

# --- what it takes ---------------------------------------------------------------------------------------------------

_facts(name) := object.get(input.facts, name, [])

_list(name) := object.get(object.get(data.guardrail, "facts", {}), name, [])

_set(name) := {entry | some entry in _list(name)}

_among(names, list) if {
	some name in names
	name in _set(list)
}

_any_flag(c, wanted) if {
	some flag in c.flags
	flag in wanted
}

_is_root(path) if path in _set("roots")

_is_root(path) if regex.match(`^(?:/\*+|~/(?:\*+|\.\*))$`, path)

_is_disk(path) if regex.match(`^/dev/(?:sd[a-z]|nvme[0-9]|hd[a-z]|vd[a-z]|xvd[a-z]|disk[0-9]|rdisk[0-9]|mmcblk[0-9]|mapper/)`, path)

_is_whole(s) if not s.where

_is_whole(s) if s.always

_is_secret(path) if _is_listed(path, "secret_reads")

# What begins with a slash is where it says; anything else is so below any folder.
_is_listed(path, list) if {
	not endswith(path, ".pub")
	some entry in _list(list)
	_begins(path, entry)
}

_begins(path, entry) if {
	startswith(entry, "/")
	startswith(path, entry)
}

_begins(path, entry) if {
	not startswith(entry, "/")
	not endswith(entry, "$")
	contains(sprintf("/%s", [path]), sprintf("/%s", [entry]))
}

_begins(path, entry) if {
	endswith(entry, "$")
	endswith(sprintf("/%s", [path]), sprintf("/%s", [trim_suffix(entry, "$")]))
}

_is_host(host, listed) if host == listed

_is_host(host, listed) if endswith(host, sprintf(".%s", [listed]))

# A command by its name, words that it has to have, and options of which it needs one.
_is_command(c, rule) if {
	lower(c.name) in rule.names
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
	sprintf("%s | %s", [concat(" ", f.from), f.into]),
)

_code(id, category, title, severity, k) := _of(id, category, title, _worth(severity, k.sure), k.language)

_statement(id, category, title, severity, s) := _of(id, category, title, _worth(severity, s.sure), concat(" ", array.slice(s.words, 0, 8)))

_named(id, category, title, severity, name) := _of(id, category, title, severity, name)

_of(id, category, title, severity, evidence) := {
	"id": sprintf("FACT-%s", [id]),
	"category": category,
	"title": title,
	"severity": severity,
	"evidence": evidence,
}

_worth(severity, sure) := "HIGH" if {
	severity == "CRITICAL"
	sure == false
} else := severity
