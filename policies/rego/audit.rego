# Audit: is this event still kept, and where is it exported to?
#
# Severe events are kept for ever, and so is what cannot be judged: an unknown severity, an age or a retention period that
# makes no sense. Losing evidence is the mistake that cannot be mended.
package defenseclaw.audit

retain := _outcome[0]

retain_reason := _outcome[1]

export_to := input.export_targets if {
	is_array(input.export_targets)
	_is_exported(_severity)
} else := []

_outcome := [true, "within retention period"] if {
	_age(input) <= data.audit.retention_days
} else := [true, "high severity events are retained indefinitely"] if {
	_is_severe(_severity)
} else := [true, "events of unknown severity are retained indefinitely"] if {
	_severity == "UNKNOWN"
} else := [true, "event age is not a number of days — retained"] if {
	not _age(input)
} else := [true, "retention period is not configured — retained"] if {
	not _has_period
} else := _expired(input)

# METADATA
# title: event is not kept any longer
# description: it is older than audit.retention_days and not severe
# custom:
#   do_instead: Export it before it is deleted, if it is still needed.
_expired(_) := [false, "exceeded retention period"]

_is_exported(severity) if _is_severe(severity)

_is_exported("UNKNOWN")

_is_exported(_) if {
	data.audit.log_scan_results == true
	is_string(input.event_type)
	lower(trim_space(input.event_type)) == "scan"
}

_is_severe(severity) if data.severity_ranking[severity] >= data.severity_ranking.HIGH

# An event without a severity is an ordinary one; a word that the ranking does not hold is UNKNOWN.
_severity := "INFO" if {
	object.get(input, "severity", "") in {"", null}
} else := _ranked(upper(trim_space(input.severity))) if {
	is_string(input.severity)
} else := "UNKNOWN"

_ranked(word) := "INFO" if {
	word in {"", "NONE"}
} else := word if {
	is_number(data.severity_ranking[word])
} else := "UNKNOWN"

_age(event) := days if {
	days := object.get(event, "age_days", 0)
	is_number(days)
	days >= 0
}

_has_period if {
	is_number(data.audit.retention_days)
	data.audit.retention_days >= 0
}
