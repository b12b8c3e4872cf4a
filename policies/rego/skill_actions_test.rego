package defenseclaw.skill_actions_test

import data.defenseclaw.skill_actions

_blocking := {"runtime": "block", "file": "quarantine", "install": "block"}

_permitting := {"runtime": "allow", "file": "none", "install": "none"}

_actions := {
	"CRITICAL": _blocking,
	"HIGH": _blocking,
	"MEDIUM": _permitting,
	"LOW": _permitting,
	"INFO": _permitting,
}

_overrides := {"mcp": {"LOW": {"runtime": "block", "file": "none", "install": "allow"}, "INFO": "block"}}

_decide(request) := decision if {
	decision := skill_actions with input as request with data.actions as _actions with data.scanner_overrides as _overrides
}

_flags(decision) := {flag |
	some flag in ["should_block", "should_quarantine", "should_block_install"]
	decision[flag]
}

_is_open(decision) if {
	decision.runtime_action == "allow"
	decision.file_action == "none"
	decision.install_action == "none"
	_flags(decision) == set()
}

_is_locked(decision) if {
	decision.runtime_action == "block"
	decision.file_action == "quarantine"
	decision.install_action == "block"
	_flags(decision) == {"should_block", "should_quarantine", "should_block_install"}
}

test_high_severities_are_locked if {
	every severity in ["CRITICAL", "HIGH"] {
		_is_locked(_decide({"severity": severity}))
	}
}

test_lower_severities_are_open if {
	every severity in ["MEDIUM", "LOW", "INFO"] {
		_is_open(_decide({"severity": severity}))
	}
}

test_severity_ignores_case_and_space if {
	every severity in ["high", " High ", "hIGH\n"] {
		_is_locked(_decide({"severity": severity}))
	}
	_is_open(_decide({"severity": "low"}))
}

test_unknown_severity_is_locked if {
	every severity in ["SEVERE", "5", "", "  "] {
		_is_locked(_decide({"severity": severity}))
	}
}

test_severity_that_is_no_string_is_locked if {
	every severity in [4, null, true, ["LOW"], {}] {
		_is_locked(_decide({"severity": severity}))
	}
}

test_missing_severity_is_locked if {
	_is_locked(_decide({}))
}

test_no_finding_is_open if {
	_is_open(_decide({"severity": "none"}))
}

test_data_may_rule_on_no_finding if {
	skill_actions.should_block with input as {"severity": "NONE"} with data.actions as {"NONE": _blocking}
}

test_override_beats_global_action if {
	decision := _decide({"severity": "low", "target_type": " MCP "})
	decision.runtime_action == "block"
	decision.file_action == "none"
	decision.install_action == "allow"
	_flags(decision) == {"should_block"}
}

test_type_without_override_uses_global_action if {
	every type in ["skill", "", null, 7] {
		_is_open(_decide({"severity": "LOW", "target_type": type}))
	}
}

test_override_that_is_no_object_is_locked if {
	_is_locked(_decide({"severity": "INFO", "target_type": "mcp"}))
}

test_misspelt_actions_block if {
	decision := skill_actions with input as {"severity": "LOW"}
		with data.actions as {"LOW": {"runtime": "alow", "file": "nnoe", "install": "blok"}}
	_is_locked(decision)
}

test_install_may_be_left_out_of_the_data if {
	decision := skill_actions with input as {"severity": "LOW"} with data.actions as {"LOW": {"runtime": "allow", "file": "none"}}
	_is_open(decision)
}

test_quarantine_alone_sets_its_own_flag if {
	decision := skill_actions with input as {"severity": "LOW"}
		with data.actions as {"LOW": {"runtime": "allow", "file": "quarantine", "install": "none"}}
	_flags(decision) == {"should_quarantine"}
}

test_install_block_alone_sets_its_own_flag if {
	decision := skill_actions with input as {"severity": "LOW"}
		with data.actions as {"LOW": {"runtime": "allow", "file": "none", "install": "block"}}
	_flags(decision) == {"should_block_install"}
}

test_data_without_actions_locks if {
	decision := skill_actions with input as {"severity": "LOW"} with data.actions as {} with data.scanner_overrides as {}
	_is_locked(decision)
}

test_missing_input_is_locked if {
	skill_actions.runtime_action == "block"
	skill_actions.should_block == true
}

# What another preset than `default` has otherwise.
_otherwise := {
	"strict": {"medium skill": "block", "medium plugin": "block"},
	"permissive": {"medium mcp": "allow", "low mcp": "allow"},
}

test_shipped_data[name] if {
	some name, [severity, type, runtime] in {
		"critical skill": ["CRITICAL", "skill", "block"],
		"medium skill": ["MEDIUM", "skill", "allow"],
		"medium mcp": ["MEDIUM", "mcp", "block"],
		"medium plugin": ["MEDIUM", "plugin", "allow"],
		"low mcp": ["LOW", "mcp", "block"],
		"low plugin": ["LOW", "plugin", "allow"],
	}
	expected := object.get(_otherwise, [data.config.policy_name, name], runtime)
	skill_actions.runtime_action == expected with input as {"severity": severity, "target_type": type}
}
