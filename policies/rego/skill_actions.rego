# Skill actions: what to enforce for a finding of this severity on this kind of target.
#
# The override of the target type beats the global action. A severity that the policy data does not hold gets the strictest
# actions: a scanner that speaks of something new must not disarm the policy.
package defenseclaw.skill_actions

runtime_action := "allow" if {
	_action.runtime == "allow"
} else := "block"

file_action := "none" if {
	_action.file == "none"
} else := "quarantine"

# Only the words that permit are permissions: a misspelt action blocks. `install` may be left out of the policy data.
install_action := word if {
	word := object.get(_action, "install", "none")
	word in {"allow", "none"}
} else := "block"

# The three flags are absent, not false, when they do not apply.
should_block if runtime_action == "block"

should_quarantine if file_action == "quarantine"

should_block_install if install_action == "block"

_action := _explained(action) if {
	action := _configured(_word(object.get(input, "target_type", "")), _word(input.severity))
	is_object(action)
} else := {"file": "none", "install": "none", "runtime": "allow"} if {
	_word(input.severity) == "NONE"
} else := _unknown(input)

_explained(action) := action if {
	_permits(action)
} else := _severe(action)

_permits(action) if {
	action.runtime == "allow"
	action.file == "none"
	object.get(action, "install", "none") in {"allow", "none"}
}

# METADATA
# title: findings of this severity are not let through
# description: the policy data asks for more than a warning at this severity on this kind of target
# custom:
#   do_instead: Do not run or install it. Use another one, or have the findings fixed and scanned again.
_severe(action) := action

# METADATA
# title: severity is unknown
# description: a severity that the policy data does not hold gets the strictest actions
# custom:
#   do_instead: Scan again, or ask for the severity to be added to actions in the policy data.
_unknown(_) := {"file": "quarantine", "install": "block", "runtime": "block"}

_configured(type, severity) := action if {
	action := data.scanner_overrides[lower(type)][severity]
} else := data.actions[severity]

_word(text) := upper(trim_space(text)) if {
	is_string(text)
} else := ""
