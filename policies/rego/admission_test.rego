package defenseclaw.admission_test

import data.defenseclaw.admission

_config := {"allow_list_bypass_scan": true, "scan_on_install": true}

_blocking := {"runtime": "block", "file": "quarantine", "install": "block"}

_permitting := {"runtime": "allow", "file": "none", "install": "none"}

_actions := {
	"CRITICAL": _blocking,
	"HIGH": _blocking,
	"MEDIUM": _permitting,
	"LOW": _permitting,
	"INFO": _permitting,
}

_overrides := {"mcp": {
	"MEDIUM": _blocking,
	"LOW": {"runtime": "block", "file": "none", "install": "none"},
}}

_first_party := [{
	"target_type": "plugin",
	"target_name": "defenseclaw",
	"reason": "ours",
	"source_path_contains": [".openclaw/extensions/defenseclaw", ".claude/plugins/defenseclaw"],
}]

_skill := {"target_type": "skill", "target_name": "weather", "path": "/home/u/.openclaw/skills/weather"}

_entry := {"target_type": "skill", "target_name": "weather", "reason": "operator"}

_plugin(path) := {"target_type": "plugin", "target_name": "defenseclaw", "path": path}

_scan(severity, findings) := {"max_severity": severity, "total_findings": findings, "exit_code": 0, "scan_error": ""}

_scanned(severity, findings) := object.union(_skill, {"scan_result": _scan(severity, findings)})

_patched(patch) := object.union(_skill, {"scan_result": object.union(_scan("", 0), patch)})

# The decision document for a request under the data above.
_decide(request) := decision if {
	decision := admission with input as request
		with data.config as _config
		with data.actions as _actions
		with data.scanner_overrides as _overrides
		with data.first_party_allow_list as _first_party
}

_is_open(decision) if {
	decision.file_action == "none"
	decision.install_action == "none"
	decision.runtime_action == "allow"
}

_is_locked(decision) if {
	decision.file_action == "quarantine"
	decision.install_action == "block"
	decision.runtime_action == "block"
}

# --- row 1: block list -----------------------------------------------------------------------------------------------

test_block_list_blocks if {
	decision := _decide(object.union(_skill, {"block_list": [_entry]}))
	decision.verdict == "blocked"
	decision.reason == "skill 'weather' is on the block list"
}

test_blocked_item_without_scan_may_not_run if {
	decision := _decide(object.union(_skill, {"block_list": [_entry]}))
	decision.runtime_action == "block"
	decision.install_action == "block"
	decision.file_action == "none"
}

test_blocked_item_with_bad_scan_is_quarantined if {
	_is_locked(_decide(object.union(_scanned("CRITICAL", 1), {"block_list": [_entry]})))
}

test_blocked_item_with_clean_scan_keeps_its_files if {
	decision := _decide(object.union(_scanned("", 0), {"block_list": [_entry]}))
	decision.verdict == "blocked"
	decision.file_action == "none"
}

test_block_beats_allow if {
	_decide(object.union(_skill, {"block_list": [_entry], "allow_list": [_entry]})).verdict == "blocked"
}

test_block_beats_first_party if {
	request := object.union(
		_plugin("/home/u/.openclaw/extensions/defenseclaw"),
		{"block_list": [{"target_type": "plugin", "target_name": "defenseclaw", "reason": ""}]},
	)
	_decide(request).verdict == "blocked"
}

test_block_is_not_narrowed_by_its_pin if {
	pinned := object.union(_entry, {"source_path": "/elsewhere"})
	_decide(object.union(_skill, {"block_list": [pinned]})).verdict == "blocked"
}

test_block_ignores_case_of_target_type if {
	_decide(object.union(_skill, {"target_type": " Skill ", "block_list": [_entry]})).verdict == "blocked"
}

test_block_needs_same_name if {
	other := object.union(_entry, {"target_name": "other"})
	_decide(object.union(_skill, {"block_list": [other]})).verdict == "scan"
}

test_block_needs_same_type if {
	other := object.union(_entry, {"target_type": "mcp"})
	_decide(object.union(_skill, {"block_list": [other]})).verdict == "scan"
}

test_entry_without_type_matches_nothing if {
	_decide(object.union(_skill, {"block_list": [{"target_name": "weather"}]})).verdict == "scan"
}

test_last_of_many_block_entries_blocks if {
	many := [{"target_type": "skill", "target_name": name} | some n in numbers.range(1, 200); name := format_int(n, 10)]
	_decide(object.union(_skill, {"block_list": array.concat(many, [_entry])})).verdict == "blocked"
}

# --- row 2: allow list -----------------------------------------------------------------------------------------------

test_allow_list_skips_scan if {
	decision := _decide(object.union(_skill, {"allow_list": [_entry]}))
	decision.verdict == "allowed"
	decision.reason == "skill 'weather' is on the allow list — scan skipped"
	_is_open(decision)
}

test_allow_list_beats_findings_with_consistent_actions if {
	decision := _decide(object.union(_scanned("CRITICAL", 9), {"allow_list": [_entry]}))
	decision.verdict == "allowed"
	_is_open(decision)
}

test_manual_allow_ignores_bypass_flag if {
	admission.verdict == "allowed" with input as object.union(_skill, {"allow_list": [_entry]})
		with data.config as {"allow_list_bypass_scan": false, "scan_on_install": true}
}

test_pinned_allow[name] if {
	some name, [pin, path, expected] in {
		"equal": ["/home/u/.openclaw/skills/weather", "/home/u/.openclaw/skills/weather", "allowed"],
		"below": ["/home/u/.openclaw/skills", "/home/u/.openclaw/skills/weather", "allowed"],
		"tail": [".openclaw/skills/weather", "/home/u/.openclaw/skills/weather", "allowed"],
		"letter case": ["/HOME/u/.OpenClaw/skills", "/home/u/.openclaw/skills/weather", "allowed"],
		"backslashes": [`C:\Users\u\skills`, "c:/users/u/skills/weather", "allowed"],
		"empty pin": ["", "/anywhere", "allowed"],
		"null pin": [null, "/anywhere", "allowed"],
		"no whole component": ["/home/u/.openclaw/skills/wea", "/home/u/.openclaw/skills/weather", "scan"],
		"elsewhere": ["/opt/skills", "/home/u/.openclaw/skills/weather", "scan"],
		"no path": ["/opt/skills", "", "scan"],
		"pin of slashes": ["///", "/home/u", "scan"],
		"pin is a number": [7, "/home/u", "scan"],
		"dots lead out": ["/opt/skills", "/opt/skills/../evil", "scan"],
		"dots lead in": ["/opt/skills", "/opt/evil/../skills/weather", "allowed"],
	}
	pinned := object.union(_entry, {"source_path": pin})
	_decide(object.union(_skill, {"path": path, "allow_list": [pinned]})).verdict == expected
}

# --- row 3: first-party list and provenance ---------------------------------------------------------------------------

test_first_party_is_allowed if {
	decision := _decide(_plugin("/home/u/.openclaw/extensions/defenseclaw"))
	decision.verdict == "allowed"
	decision.reason == "plugin 'defenseclaw' is on the allow list — scan skipped"
	_is_open(decision)
}

test_first_party_second_marker if {
	_decide(_plugin(`C:\Users\u\.claude\plugins\defenseclaw\dist`)).verdict == "allowed"
}

test_first_party_needs_bypass_flag if {
	every flag in [false, null, "true", 1] {
		admission.verdict == "scan" with input as _plugin("/home/u/.openclaw/extensions/defenseclaw")
			with data.config as {"allow_list_bypass_scan": flag, "scan_on_install": true}
			with data.first_party_allow_list as _first_party
	}
}

test_first_party_without_markers_is_allowed_anywhere if {
	every entry in [{}, {"source_path_contains": []}] {
		admission.verdict == "allowed" with input as _plugin("/tmp/x")
			with data.config as _config
			with data.first_party_allow_list as [object.union({"target_type": "plugin", "target_name": "defenseclaw"}, entry)]
	}
}

test_first_party_with_blank_marker_is_not_allowed if {
	admission.verdict == "scan" with input as _plugin("/tmp/x")
		with data.config as _config
		with data.first_party_allow_list as [object.union(_first_party[0], {"source_path_contains": ["", "/"]})]
}

test_sibling_name_is_not_first_party if {
	_decide(_plugin("/home/u/.openclaw/extensions/defenseclaw-evil")).verdict == "scan"
}

test_parent_name_is_not_first_party if {
	_decide(_plugin("/home/u/x.openclaw/extensions/defenseclaw")).verdict == "scan"
}

test_missing_path_is_not_first_party if {
	_decide({"target_type": "plugin", "target_name": "defenseclaw"}).verdict == "scan"
}

test_path_that_is_no_string_is_not_first_party if {
	_decide(_plugin(["/home/u/.openclaw/extensions/defenseclaw"])).verdict == "scan"
}

test_dots_in_paths[path] if {
	some path, expected in {
		"/tmp/evil/../.openclaw/extensions/defenseclaw/../../../evil": "scan",
		"/home/u/.openclaw/extensions/defenseclaw/..": "scan",
		"/home/u/.openclaw/extensions/defenseclaw/../defenseclaw": "allowed",
		"/home/u/.openclaw/extensions/defenseclaw/a/b/../..": "allowed",
		"/home/u/x/../.openclaw/./extensions//defenseclaw/": "allowed",
		"/home/u/.openclaw/x/../extensions/y/../defenseclaw": "allowed",
		"/home/u/.openclaw/extensions/../defenseclaw": "scan",
		`C:\u\.openclaw\extensions\defenseclaw\..\..\evil`: "scan",
		"../.openclaw/extensions/defenseclaw": "scan",
		"/../../.openclaw/extensions/defenseclaw": "scan",
		"/a/../../a/.openclaw/extensions/defenseclaw": "scan",
		"..": "scan",
		".": "scan",
		"/": "scan",
		"": "scan",
		"/a/..": "scan",
	}
	_decide(_plugin(path)).verdict == expected
}

test_overlong_path_with_dots_is_not_first_party if {
	deep := concat("/", [part | some n in numbers.range(1, 200); part := format_int(n, 10)])
	_decide(_plugin(concat("", ["/", deep, "/../.openclaw/extensions/defenseclaw"]))).verdict == "scan"
}

test_overlong_path_without_dots_is_first_party if {
	deep := concat("/", [part | some n in numbers.range(1, 200); part := format_int(n, 10)])
	_decide(_plugin(concat("", ["/", deep, "/.openclaw/extensions/defenseclaw"]))).verdict == "allowed"
}

# --- rows 4 and 5: no scan -------------------------------------------------------------------------------------------

test_no_scan_awaits_scan if {
	decision := _decide(_skill)
	decision.verdict == "scan"
	decision.reason == "awaiting scan"
	_is_open(decision)
}

test_null_scan_awaits_scan if {
	_decide(object.union(_skill, {"scan_result": null})).verdict == "scan"
}

test_scan_on_install_disabled_allows_without_scan if {
	decision := admission with input as _skill with data.config as {"scan_on_install": false}
	decision.verdict == "allowed"
	decision.reason == "scan_on_install disabled — allowed without scan"
	_is_open(decision)
}

test_only_false_disables_scan_on_install if {
	every value in [true, null, 0, "false"] {
		admission.verdict == "scan" with input as _skill with data.config as {"scan_on_install": value}
	}
}

test_scan_on_install_disabled_still_judges_a_scan if {
	admission.verdict == "rejected" with input as _scanned("HIGH", 1)
		with data.config as {"scan_on_install": false}
		with data.actions as _actions
}

test_without_config_awaits_scan if {
	admission.verdict == "scan" with input as _skill with data.config as {}
}

# --- unusable scans --------------------------------------------------------------------------------------------------

test_failed_scan_reasons[reason] if {
	some reason, patch in {
		"scanner failed (exit_code=3)": {"exit_code": 3},
		"scanner failed (exit_code=-1)": {"exit_code": -1},
		"scanner failed: boom": {"scan_error": "boom"},
		"scanner failed: boom (exit_code=137)": {"scan_error": "  boom ", "exit_code": 137},
		"scanner failed (exit_code is not a number)": {"exit_code": "1"},
		"scanner failed: scan_error is not a string": {"scan_error": {"message": "boom"}},
	}
	decision := _decide(_patched(patch))
	decision.verdict == "rejected"
	decision.reason == reason
	_is_locked(decision)
}

test_failed_scan_beats_findings if {
	_decide(_patched({"exit_code": 2, "total_findings": 4, "max_severity": "LOW"})).reason == "scanner failed (exit_code=2)"
}

test_blank_scan_error_is_no_failure if {
	every value in ["", "  ", "\n\t", null] {
		_decide(_patched({"scan_error": value})).verdict == "clean"
	}
}

test_missing_exit_code_is_no_failure if {
	every scan in [{"total_findings": 0}, {"total_findings": 0, "exit_code": null}] {
		_decide(object.union(_skill, {"scan_result": scan})).verdict == "clean"
	}
}

test_scan_that_is_no_object_is_rejected if {
	every scan in [true, false, 0, "clean", []] {
		decision := _decide(object.union(_skill, {"scan_result": scan}))
		decision.reason == "scan result is not an object"
		_is_locked(decision)
	}
}

test_counts_that_make_no_sense_are_rejected if {
	every found in [-1, -0.5, 1.5, "0", null, true, []] {
		decision := _decide(_patched({"total_findings": found}))
		decision.verdict == "rejected"
		decision.reason == "finding count is missing, negative or not a whole number"
		_is_locked(decision)
	}
}

test_missing_count_is_rejected if {
	_decide(object.union(_skill, {"scan_result": {"max_severity": "HIGH"}})).verdict == "rejected"
}

# --- row 6: clean ----------------------------------------------------------------------------------------------------

test_clean_scan if {
	decision := _decide(_scanned("", 0))
	decision.verdict == "clean"
	decision.reason == "scan clean"
	_is_open(decision)
}

test_clean_scan_keeps_open_actions_whatever_the_severity_says if {
	every severity in ["CRITICAL", "HIGH", "bogus", "NONE"] {
		decision := _decide(_scanned(severity, 0))
		decision.verdict == "clean"
		_is_open(decision)
	}
}

# --- rows 7 and 8: findings ------------------------------------------------------------------------------------------

test_global_actions[severity] if {
	some severity, verdict in {
		"CRITICAL": "rejected",
		"HIGH": "rejected",
		"MEDIUM": "warning",
		"LOW": "warning",
		"INFO": "warning",
	}
	_decide(_scanned(severity, 1)).verdict == verdict
}

test_rejected_reason_and_actions if {
	decision := _decide(_scanned("HIGH", 2))
	decision.reason == "max severity HIGH triggers block per policy"
	_is_locked(decision)
}

test_warning_reason_and_actions if {
	decision := _decide(_scanned("MEDIUM", 2))
	decision.reason == "findings present (max MEDIUM) — allowed with warning"
	_is_open(decision)
}

test_severity_ignores_case_and_space if {
	every severity in ["high", " High ", "hIGH\n"] {
		_decide(_scanned(severity, 1)).reason == "max severity HIGH triggers block per policy"
	}
}

test_blank_severity_with_findings_is_info if {
	every severity in ["", "  ", null] {
		_decide(_scanned(severity, 1)).reason == "findings present (max INFO) — allowed with warning"
	}
}

test_missing_severity_with_findings_is_info if {
	_decide(object.union(_skill, {"scan_result": {"total_findings": 1}})).verdict == "warning"
}

test_unknown_severity_with_findings_is_rejected if {
	every severity in ["SEVERE", "none", "HIGH!", "5"] {
		decision := _decide(_scanned(severity, 1))
		decision.verdict == "rejected"
		contains(decision.reason, concat(" ", ["unknown severity", upper(severity)]))
		_is_locked(decision)
	}
}

test_severity_that_is_no_string_is_rejected if {
	every severity in [5, true, ["HIGH"], {}] {
		decision := _decide(object.union(_skill, {"scan_result": {"max_severity": severity, "total_findings": 1}}))
		decision.reason == "unknown severity INVALID with findings — rejected"
	}
}

test_override_beats_global_action if {
	decision := _decide(object.union(_scanned("medium", 1), {"target_type": "MCP"}))
	decision.verdict == "rejected"
	decision.reason == "max severity MEDIUM triggers block per policy"
}

test_override_with_runtime_block_only if {
	decision := _decide(object.union(_scanned("LOW", 1), {"target_type": "mcp"}))
	decision.verdict == "rejected"
	decision.runtime_action == "block"
	decision.file_action == "none"
	decision.install_action == "none"
}

test_severity_without_override_uses_global_action if {
	_decide(object.union(_scanned("INFO", 1), {"target_type": "mcp"})).verdict == "warning"
}

test_install_block_alone_rejects if {
	decision := admission with input as _scanned("LOW", 1)
		with data.actions as {"LOW": {"runtime": "allow", "file": "none", "install": "block"}}
	decision.verdict == "rejected"
	decision.runtime_action == "allow"
}

test_install_may_be_left_out_of_the_data if {
	decision := admission with input as _scanned("LOW", 1) with data.actions as {"LOW": {"runtime": "allow", "file": "none"}}
	decision.verdict == "warning"
	decision.install_action == "none"
}

test_quarantine_alone_is_a_warning_that_says_quarantine if {
	decision := admission with input as _scanned("LOW", 1)
		with data.actions as {"LOW": {"runtime": "allow", "file": "quarantine", "install": "allow"}}
	decision.verdict == "warning"
	decision.file_action == "quarantine"
	decision.install_action == "allow"
}

test_misspelt_actions_block if {
	every action in [{"runtime": "alow"}, {}, {"runtime": "allow", "install": "blok"}] {
		admission.verdict == "rejected" with input as _scanned("LOW", 1) with data.actions as {"LOW": action}
	}
}

test_action_that_is_no_object_rejects if {
	admission.verdict == "rejected" with input as _scanned("LOW", 1) with data.actions as {"LOW": "allow"}
}

test_data_without_actions_rejects_findings if {
	decision := admission with input as _scanned("CRITICAL", 1) with data.actions as {} with data.scanner_overrides as {}
	decision.verdict == "rejected"
	decision.runtime_action == "block"
}

# --- malformed requests ----------------------------------------------------------------------------------------------

test_unnamed_target_is_rejected if {
	every patch in [
		{"target_name": ""},
		{"target_name": "  "},
		{"target_name": null},
		{"target_name": 7},
		{"target_type": ""},
		{"target_type": ["skill"]},
	] {
		decision := _decide(object.union(_scanned("", 0), patch))
		decision.verdict == "rejected"
		decision.reason == "target_type and target_name must be non-blank strings"
		_is_locked(decision)
	}
}

test_empty_request_is_rejected if {
	_decide({}).verdict == "rejected"
}

test_list_that_is_no_list_is_rejected if {
	every patch in [{"block_list": null}, {"block_list": {}}, {"allow_list": "weather"}] {
		_decide(object.union(_scanned("", 0), patch)).reason == "block_list and allow_list must be lists"
	}
}

test_request_that_is_no_object_is_rejected if {
	every request in [null, true, 7, "x", []] {
		_is_locked(_decide(request))
	}
}

test_missing_input_is_rejected if {
	admission.verdict == "rejected"
	admission.reason == "input is missing"
	admission.runtime_action == "block"
}

# --- shipped data ----------------------------------------------------------------------------------------------------

# Of a preset that has another value than `default`, that one.
_by_preset(values) := object.get(values, data.config.policy_name, values["default"])

test_shipped_data_rejects_high if {
	admission.verdict == _by_preset({"default": "rejected", "permissive": "warning"}) with input as _scanned("high", 1)
}

test_shipped_data_knows_its_own_plugin[folder] if {
	some folder, expected in {
		".openclaw/extensions/defenseclaw": "allowed",
		".zeptoclaw/extensions/defenseclaw": "allowed",
		".claude/extensions/defenseclaw": "allowed",
		".claude/plugins/defenseclaw": "allowed",
		".codex/extensions/defenseclaw": "allowed",
		".codex/plugins/defenseclaw": "allowed",
		".config/amp/plugins/defenseclaw": "allowed",
		".config/amp/plugins/defenseclaw.ts": "allowed",
		".config/amp/plugins/defenseclaw.tsx": "scan",
		".config/amp/plugins/other.ts": "scan",
		".claude/extensions/other": "scan",
	}
	admission.verdict == expected with input as _plugin(concat("/", ["/home/u", folder]))
		with data.config.allow_list_bypass_scan as true
}

test_shipped_data_knows_its_own_skill[folder] if {
	some folder in [".openclaw", ".openclaw/workspace", ".zeptoclaw", ".claude", ".codex"]
	path := concat("/", ["/home/u", folder, "skills/codeguard"])
	admission.verdict == "allowed" with input as {"target_type": "skill", "target_name": "codeguard", "path": path}
		with data.config.allow_list_bypass_scan as true
}

test_shipped_data_is_stricter_for_mcp_servers[type] if {
	some type, expected in {
		"skill": {"default": "warning", "strict": "rejected"},
		"plugin": {"default": "warning", "strict": "rejected"},
		"mcp": {"default": "rejected", "permissive": "warning"},
	}
	admission.verdict == _by_preset(expected) with input as object.union(_scanned("MEDIUM", 1), {"target_type": type})
}
