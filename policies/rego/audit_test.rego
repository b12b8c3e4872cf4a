package defenseclaw.audit_test

import data.defenseclaw.audit

_ranking := {"CRITICAL": 5, "HIGH": 4, "MEDIUM": 3, "LOW": 2, "INFO": 1}

_rules := {"retention_days": 90, "log_all_actions": true, "log_scan_results": true}

_event(severity, age) := {
	"event_type": "enforce",
	"severity": severity,
	"age_days": age,
	"export_targets": ["siem", "archive"],
}

_decide(event, rules) := decision if {
	decision := audit with input as event
		with data.audit as object.union(_rules, rules)
		with data.severity_ranking as _ranking
}

_verdict(event, rules) := [decision.retain, decision.retain_reason] if decision := _decide(event, rules)

_within := [true, "within retention period"]

_severe := [true, "high severity events are retained indefinitely"]

_unknown := [true, "events of unknown severity are retained indefinitely"]

_exceeded := [false, "exceeded retention period"]

test_young_events_are_retained if {
	every severity in ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO", "", "bogus"] {
		_verdict(_event(severity, 90), {}) == _within
	}
}

test_old_high_events_are_retained if {
	every severity in ["CRITICAL", "HIGH"] {
		_verdict(_event(severity, 91), {}) == _severe
	}
}

test_old_lower_events_are_dropped if {
	every severity in ["MEDIUM", "LOW", "INFO"] {
		_verdict(_event(severity, 91), {}) == _exceeded
	}
}

test_severity_ignores_case_and_space if {
	_verdict(_event(" high ", 400), {}) == _severe
	_verdict(_event("medium", 400), {}) == _exceeded
}

test_old_events_without_severity_are_dropped if {
	every severity in ["", "  ", "none", null] {
		_verdict(_event(severity, 91), {}) == _exceeded
	}
	_verdict({"age_days": 91}, {}) == _exceeded
}

test_old_events_of_unknown_severity_are_retained_for_that_reason if {
	every severity in ["SEVERE", "unknown", 4, true, ["HIGH"]] {
		_verdict(_event(severity, 91), {}) == _unknown
	}
}

test_retention_period_is_taken_from_data if {
	_verdict(_event("LOW", 8), {"retention_days": 7}) == _exceeded
	_verdict(_event("LOW", 0), {"retention_days": 0}) == _within
}

test_age_that_makes_no_sense_retains if {
	every age in [-1, "400", null, true] {
		_verdict(_event("LOW", age), {}) == [true, "event age is not a number of days — retained"]
	}
}

test_missing_age_is_zero if {
	_verdict({"severity": "LOW"}, {}) == _within
}

test_retention_period_that_makes_no_sense_retains if {
	every days in [-1, null, true] {
		_verdict(_event("LOW", 400), {"retention_days": days}) == [true, "retention period is not configured — retained"]
	}
}

test_without_audit_data_events_are_retained if {
	audit.retain == true with input as _event("LOW", 400) with data.audit as {} with data.severity_ranking as _ranking
}

test_without_ranking_every_severity_is_unknown if {
	decision := audit with input as _event("LOW", 400) with data.audit as _rules with data.severity_ranking as {}
	decision.retain_reason == "events of unknown severity are retained indefinitely"
}

test_empty_event_is_within_retention if {
	decision := _decide({}, {})
	decision.retain == true
	decision.retain_reason == "within retention period"
	decision.export_to == []
}

test_severe_events_are_exported if {
	every severity in ["HIGH", "critical"] {
		_decide(_event(severity, 0), {}).export_to == ["siem", "archive"]
	}
}

test_events_of_unknown_severity_are_exported if {
	_decide(_event("SEVERE", 0), {}).export_to == ["siem", "archive"]
}

test_lower_events_are_not_exported if {
	every severity in ["MEDIUM", "LOW", "INFO", ""] {
		_decide(_event(severity, 0), {}).export_to == []
	}
}

test_scan_events_are_exported_when_scans_are_logged if {
	every type in ["scan", "SCAN", " scan "] {
		_decide(object.union(_event("LOW", 0), {"event_type": type}), {}).export_to == ["siem", "archive"]
	}
}

test_scan_events_are_not_exported_when_scans_are_not_logged if {
	every value in [false, null, "true"] {
		_decide(object.union(_event("LOW", 0), {"event_type": "scan"}), {"log_scan_results": value}).export_to == []
	}
}

test_export_targets_that_are_no_list_export_nothing if {
	every targets in [null, "siem", {}] {
		_decide(object.union(_event("HIGH", 0), {"export_targets": targets}), {}).export_to == []
	}
}

test_event_type_that_is_no_string_is_not_exported if {
	_decide(object.union(_event("LOW", 0), {"event_type": 7}), {}).export_to == []
}

test_missing_input_is_retained if {
	audit.retain == true
	audit.export_to == []
}

test_shipped_data_keeps_ninety_days_or_what_another_preset_says if {
	days := object.get({"strict": 365, "permissive": 30}, data.config.policy_name, 90)
	audit.retain == true with input as _event("LOW", days)
	audit.retain == false with input as _event("LOW", days + 1)
}
