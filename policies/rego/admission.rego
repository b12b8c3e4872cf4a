# Admission: may this skill, plugin or MCP server be installed and run?
#
# The first row that fits decides: malformed request, block list, allow list, first-party list, no scan yet, unusable
# scan, clean scan, findings. Whatever cannot be judged is rejected, never waved through. The work is done by functions:
# they run only when their row is reached, and stay out of the decision document.
package defenseclaw.admission

verdict := _outcome.verdict

reason := _outcome.reason

file_action := _outcome.file

install_action := _outcome.install

runtime_action := _outcome.runtime

_outcome := outcome if {
	outcome := _decide(input)
} else := _locked("rejected", "input is missing")

_decide(request) := _malformed(problem) if {
	problem := _request_problem(request)
} else := _blocked(request, _judge(request)) if {
	some entry in request.block_list
	_names_target(entry, request)
} else := _open("allowed", _subject(request, "is on the allow list — scan skipped")) if {
	_is_exempt(request)
} else := _judge(request)

_open(verdict_word, reason_text) := {
	"verdict": verdict_word,
	"reason": reason_text,
	"file": "none",
	"install": "none",
	"runtime": "allow",
}

# METADATA
# title: request cannot be judged
# custom:
#   do_instead: Ask again with target_type and target_name as non-blank texts, and lists as lists.
_malformed(problem) := _locked("rejected", problem)

# What the gateway enforces when an item must not run at all.
_locked(verdict_word, reason_text) := {
	"verdict": verdict_word,
	"reason": reason_text,
	"file": "quarantine",
	"install": "block",
	"runtime": "block",
}

# A blocked item whose scan asks for quarantine is quarantined too; without a scan its files stay where they are.

# METADATA
# title: item is on the block list
# custom:
#   do_instead: Do not use it, nor a copy under another name. Take another one, or ask an operator to unblock it.
_blocked(request, judgement) := {
	"verdict": "blocked",
	"reason": _subject(request, "is on the block list"),
	"file": judgement.file,
	"install": "block",
	"runtime": "block",
}

# --- the request ---------------------------------------------------------------------------------------------------

_request_problem(request) := "target_type and target_name must be non-blank strings" if {
	not _is_identified(request)
} else := "block_list and allow_list must be lists" if {
	not _has_readable_lists(request)
}

_is_identified(request) if {
	is_string(request.target_type)
	is_string(request.target_name)
	trim_space(request.target_type) != ""
	trim_space(request.target_name) != ""
}

# A block list that cannot be read must not look like an empty one.
_has_readable_lists(request) if {
	is_array(object.get(request, "block_list", []))
	is_array(object.get(request, "allow_list", []))
}

_subject(request, rest) := concat("", [request.target_type, " '", request.target_name, "' ", rest])

# --- the lists -----------------------------------------------------------------------------------------------------

# A block is never narrowed by source_path: the path comes from the caller, who could then talk the block away. An allowance
# is.
_is_exempt(request) if {
	some entry in request.allow_list
	_names_target(entry, request)
	_honours_pin(object.get(entry, "source_path", ""), request)
}

_is_exempt(request) if {
	data.config.allow_list_bypass_scan == true
	some entry in data.first_party_allow_list
	_names_target(entry, request)
	_has_provenance(object.get(entry, "source_path_contains", []), request)
}

_names_target(entry, request) if {
	entry.target_name == request.target_name
	is_string(entry.target_type)
	lower(trim_space(entry.target_type)) == lower(trim_space(request.target_type))
}

_honours_pin(pin, _) if pin in {"", null}

_honours_pin(pin, request) if contains(_place(request.path), _place(pin))

_has_provenance(markers, _) if count(markers) == 0

_has_provenance(markers, request) if {
	place := _place(request.path)
	some marker in markers
	contains(place, _place(marker))
}

# "/a/b/c/" in lower case, so that `contains` compares whole components; undefined for a path that says nothing.
_place(path) := concat("", ["/", concat("/", components), "/"]) if {
	is_string(path)
	parts := [part | some part in split(replace(lower(path), `\`, "/"), "/"); not part in {"", "."}]
	components := _resolve(parts)
	count(components) > 0
}

_resolve(parts) := parts if not ".." in parts

# Lexical `..`, without recursion: depth[k] is how deep the first k parts lead. A name is kept when no later part leads back
# to the depth before it; a path that ever leads above its start resolves to nothing. The bound keeps the square affordable.
_resolve(parts) := kept if {
	".." in parts
	size := count(parts)
	size <= 128
	depth := [level |
		some length in numbers.range(0, size)
		level := length - (2 * count([up | some up in array.slice(parts, 0, length); up == ".."]))
	]
	min(depth) >= 0
	kept := [part |
		some index, part in parts
		part != ".."
		min(array.slice(depth, index + 1, size + 1)) > depth[index]
	]
}

# --- the scan ------------------------------------------------------------------------------------------------------

# What the scan alone says, whatever the lists say.
_judge(request) := _judge_scan(request.scan_result, request) if {
	request.scan_result != null
} else := _open("allowed", "scan_on_install disabled — allowed without scan") if {
	data.config.scan_on_install == false
} else := _unscanned(request)

# METADATA
# title: item was not scanned yet
# custom:
#   do_instead: Have it scanned, and ask again with scan_result.
_unscanned(_) := _open("scan", "awaiting scan")

_judge_scan(scan, request) := _unusable(problem) if {
	problem := _scan_problem(scan)
} else := _open("clean", "scan clean") if {
	scan.total_findings == 0
} else := _judge_severity(severity, action) if {
	severity := _severity(scan)
	action := _configured(lower(trim_space(request.target_type)), severity)
	is_object(action)
} else := _unranked(_severity(scan))

# METADATA
# title: scan is unusable
# custom:
#   do_instead: Scan again. What failed is in the reason; an item with a failed scan is never let through.
_unusable(problem) := _locked("rejected", problem)

# METADATA
# title: severity is unknown
# custom:
#   do_instead: Scan again, or ask for the severity to be added to actions in the policy data.
_unranked(severity) := _locked("rejected", concat("", ["unknown severity ", severity, " with findings — rejected"]))

_scan_problem(scan) := "scan result is not an object" if {
	not is_object(scan)
} else := concat("", ["scanner failed", _error_part(scan), _exit_part(scan)]) if {
	_has_failed(scan)
} else := "finding count is missing, negative or not a whole number" if {
	not _has_whole_count(scan)
}

_has_failed(scan) if _exit_part(scan) != ""

_has_failed(scan) if _error_part(scan) != ""

_exit_part(scan) := "" if {
	object.get(scan, "exit_code", 0) in {0, null}
} else := concat("", [" (exit_code=", format_int(scan.exit_code, 10), ")"]) if {
	is_number(scan.exit_code)
} else := " (exit_code is not a number)"

_error_part(scan) := "" if {
	object.get(scan, "scan_error", "") in {"", null}
} else := ": scan_error is not a string" if {
	not is_string(scan.scan_error)
} else := concat("", [": ", trim_space(scan.scan_error)]) if {
	trim_space(scan.scan_error) != ""
} else := ""

_has_whole_count(scan) if {
	is_number(scan.total_findings)
	scan.total_findings >= 0
	floor(scan.total_findings) == scan.total_findings
}

# --- findings ------------------------------------------------------------------------------------------------------

# A finding without a severity is the least severe; what is no string at all is a severity that nobody knows.
_severity(scan) := "INFO" if {
	object.get(scan, "max_severity", "") in {"", null}
} else := "INVALID" if {
	not is_string(scan.max_severity)
} else := upper(trim_space(scan.max_severity)) if {
	trim_space(scan.max_severity) != ""
} else := "INFO"

# What the policy data says for this kind of target and this severity.
_configured(type, severity) := action if {
	action := data.scanner_overrides[type][severity]
} else := data.actions[severity]

_judge_severity(severity, action) := _tolerated(severity, action) if {
	_runtime(action) == "allow"
	_install(action) != "block"
} else := _too_severe(severity, action)

# METADATA
# title: item has findings
# custom:
#   do_instead: It may be used; read the findings first, and prefer a version without them.
_tolerated(severity, action) := {
	"verdict": "warning",
	"reason": concat("", ["findings present (max ", severity, ") — allowed with warning"]),
	"file": _file(action),
	"install": _install(action),
	"runtime": "allow",
}

# METADATA
# title: findings are too severe
# custom:
#   do_instead: Do not use it. Take another item, or a version in which the findings are fixed, and have that scanned.
_too_severe(severity, action) := {
	"verdict": "rejected",
	"reason": concat("", ["max severity ", severity, " triggers block per policy"]),
	"file": _file(action),
	"install": _install(action),
	"runtime": _runtime(action),
}

# Only the words that permit are permissions: a misspelt action blocks.
_runtime(action) := "allow" if {
	action.runtime == "allow"
} else := "block"

_file(action) := "none" if {
	action.file == "none"
} else := "quarantine"

_install(action) := word if {
	word := object.get(action, "install", "none")
	word in {"allow", "none"}
} else := "block"
