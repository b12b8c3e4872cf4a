# Guardrail: what to do about one prompt or completion that the local and the Cisco scanner looked at.
#
# Each result becomes a rank; the higher one decides. A severity that nobody knows ranks at least HIGH and at least the
# block threshold. Observe mode watches: it never blocks and never asks. Of a tool call there are facts besides; see
# guardrail_facts.rego for what is found in them.
package defenseclaw.guardrail

action := _weigh(_mode, _levels) if {
	_is_ready
} else := "alert" if {
	_mode == "observe"
} else := _unready(_mode)

severity := ["NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL"][min([max([floor(_levels.rank), 0]), 4])] if {
	_is_ready
} else := "HIGH"

reason := concat("; ", array.concat(_said, _told)) if {
	_is_ready
} else := "guardrail policy data is missing or incomplete"

scanner_sources contains "local-pattern" if _reports(input.local_result)

scanner_sources contains "ai-defense" if _reports(input.cisco_result)

scanner_sources contains "tool-facts" if count(_told) > 0

scanner_sources contains "opa-policy" if _levels.rank > 0

scanner_sources contains "opa-policy" if not _is_ready

_weigh("observe", levels) := "alert" if {
	levels.rank >= min([data.guardrail.alert_threshold, data.guardrail.block_threshold])
} else := "allow"

_weigh(mode, levels) := "alert" if {
	mode != "observe"
	data.guardrail.cisco_trust_level == "advisory"
	levels.cisco >= data.guardrail.block_threshold
	levels.local < data.guardrail.alert_threshold
} else := _blocking(levels) if {
	mode != "observe"
	levels.rank >= data.guardrail.block_threshold
} else := _asking(levels) if {
	mode == "action"
	hilt := _hilt(object.get(input, "hilt", null))
	hilt.enabled == true
	levels.rank >= _hilt_rank(hilt)
} else := "alert" if {
	mode != "observe"
	levels.rank >= data.guardrail.alert_threshold
} else := "allow" if {
	mode != "observe"
}

# METADATA
# title: content is blocked
# description: a scanner found something at or above the block threshold in it
# custom:
#   do_instead: Leave out what the scanner found, and send the rest.
_blocking(_) := "block"

# METADATA
# title: content needs a yes
# description: a scanner found something in it that a person has to decide about
# custom:
#   do_instead: Show it to a person, and go on when they agree.
_asking(_) := "confirm"

# METADATA
# title: guardrail cannot decide
# description: its policy data is missing or incomplete, so nothing passes
# custom:
#   do_instead: Stop, and tell whoever runs the gateway that guardrail.severity_rank and the thresholds are missing.
_unready(_) := "block"

_said := [text |
	some name in ["local_result", "cisco_result"]
	result := input[name]
	is_string(result.reason)
	text := trim_space(result.reason)
	text != ""
]

# What a tool call would do that it should not.
findings := data.defenseclaw.guardrail_facts.findings if is_object(input.facts)

# The first three of what was found in the facts; nothing where there are none.
_told := [concat("", ["tool-facts: ", concat(", ", array.slice(sort({f.title | some f in findings}), 0, 3))])] if {
	count(findings) > 0
} else := []

# Without ranks and thresholds nothing can be weighed, and "nothing found" would be a lie.
_is_ready if {
	is_object(data.guardrail.severity_rank)
	is_number(data.guardrail.block_threshold)
	is_number(data.guardrail.alert_threshold)
}

# The live setting of the gateway beats the one in the policy data.
_hilt(live) := live if {
	is_object(live)
} else := data.guardrail.hilt

_hilt_rank(hilt) := rank if {
	rank := data.guardrail.severity_rank[_word(hilt.min_severity)]
	is_number(rank)
} else := 3

default _mode := "action"

_mode := lower(trim_space(input.mode)) if is_string(input.mode)

_levels := {"local": local, "cisco": cisco, "rank": max([local, cisco])} if {
	local := max([_rank_of(object.get(input, "local_result", null)), _rank_of_facts])
	cisco := _trusted(_rank_of(object.get(input, "cisco_result", null)))
}

_rank_of_facts := max({data.guardrail.severity_rank[f.severity] | some f in findings}) if {
	count(findings) > 0
} else := 0

_trusted(rank) := 0 if {
	data.guardrail.cisco_trust_level == "none"
} else := rank

_rank_of(result) := 0 if {
	result == null
} else := 0 if {
	is_object(result)
	object.get(result, "severity", null) == null
} else := rank if {
	rank := data.guardrail.severity_rank[_word(result.severity)]
	is_number(rank)
} else := 0 if {
	_word(result.severity) in {"", "INFO"}
} else := max([data.guardrail.block_threshold, 3])

# A severity as the policy data spells it; undefined for what is not a string.
_word(severity_text) := upper(trim_space(severity_text)) if is_string(severity_text)

# A scanner is named as a source when it reported anything but "nothing found".
_reports(result) if {
	word := _word(result.severity)
	not word in {"", "NONE"}
}
