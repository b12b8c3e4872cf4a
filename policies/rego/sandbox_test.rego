package defenseclaw.sandbox_test

import data.defenseclaw.sandbox

_sandbox := {
	"update_policy": false,
	"default_permissions": ["read_workspace"],
	"denied_endpoints_global": ["metadata.internal"],
}

_firewall := {"blocked_destinations": ["169.254.169.254", "10.0.0.0/8", "*.bad.test"]}

_request(endpoints, permissions) := {
	"skill_name": "weather",
	"requested_endpoints": endpoints,
	"requested_permissions": permissions,
}

_decide(request, rules) := decision if {
	decision := sandbox with input as request
		with data.sandbox as object.union(_sandbox, rules)
		with data.firewall as _firewall
}

test_denied_endpoints_come_from_both_lists if {
	_decide({}, {}).denied_endpoints == {"metadata.internal", "169.254.169.254", "10.0.0.0/8", "*.bad.test"}
}

test_requested_endpoints_are_allowed_unless_denied if {
	decision := _decide(_request(["api.example.com", "metadata.internal", "169.254.169.254"], []), {})
	decision.allowed_endpoints == {"api.example.com"}
	decision.denied_from_request == {"metadata.internal", "169.254.169.254"}
}

test_denied_spellings[endpoint] if {
	some endpoint in [
		"METADATA.internal",
		"metadata.internal.",
		"metadata.internal:8080",
		"https://metadata.internal/v1?x=y",
		"https://user:pw@metadata.internal:443/v1",
		"10.1.2.3",
		"tcp://10.1.2.3:22",
		"http://[::ffff:169.254.169.254]:80/",
		"a.bad.test",
		"2852039166",
		"*.example.com",
		"",
		"https://",
	]
	decision := _decide(_request([endpoint], []), {})
	decision.allowed_endpoints == set()
	decision.denied_from_request == {endpoint}
}

test_allowed_spellings[endpoint] if {
	some endpoint in [
		"api.example.com",
		"api.example.com:443",
		"https://api.example.com/v1",
		"[2001:db8::1]:443",
		"2001:db8::1",
		"metadata.internal.example.com",
		"localhost:3000",
	]
	_decide(_request([endpoint], []), {}).allowed_endpoints == {endpoint}
}

test_endpoints_that_are_no_strings_are_dropped if {
	decision := _decide(_request([7, null, "api.example.com"], []), {})
	decision.allowed_endpoints == {"api.example.com"}
	decision.denied_from_request == set()
}

test_permissions_are_defaults_and_requested if {
	_decide(_request([], ["network"]), {}).permissions == {"read_workspace", "network"}
}

test_denied_permissions_are_withheld if {
	decision := _decide(_request([], ["network", " Privileged "]), {"denied_permissions": ["PRIVILEGED", 7]})
	decision.permissions == {"read_workspace", "network"}
}

test_denied_permissions_beat_defaults if {
	_decide(_request([], []), {"denied_permissions": ["read_workspace"]}).permissions == set()
}

test_blank_permissions_are_dropped if {
	_decide(_request([], ["", "  ", 7, null]), {}).permissions == {"read_workspace"}
}

test_allowed_skills_holds_the_skill if {
	decision := _decide(_request([], []), {})
	decision.allowed_skills == {"weather"}
	decision.denied_skills == set()
	decision.version == "1"
}

test_skill_without_a_name_is_not_listed if {
	every name in ["", "  ", null, 7] {
		_decide({"skill_name": name}, {}).allowed_skills == set()
	}
}

test_empty_request_gets_the_defaults_only if {
	decision := _decide({}, {})
	decision.allowed_endpoints == set()
	decision.denied_from_request == set()
	decision.permissions == {"read_workspace"}
}

test_null_lists_are_empty if {
	_decide(_request(null, null), {}).permissions == {"read_workspace"}
}

test_without_sandbox_data_nothing_is_granted if {
	decision := sandbox with input as _request(["api.example.com"], ["network"])
		with data.sandbox as null
		with data.firewall as _firewall
	decision.allowed_endpoints == set()
	decision.denied_from_request == {"api.example.com"}
	decision.permissions == set()
}

test_without_firewall_data_the_sandbox_list_still_denies if {
	decision := sandbox with input as _request(["metadata.internal", "api.example.com"], [])
		with data.sandbox as _sandbox
		with data.firewall as {}
	decision.denied_from_request == {"metadata.internal"}
}

test_shipped_data_leaves_update_policy_off if {
	data.sandbox.update_policy == false
}

test_shipped_data_denies_the_metadata_service if {
	decision := sandbox with input as _request(["http://169.254.169.254/latest", "api.github.com"], ["privileged"])
	decision.allowed_endpoints == {"api.github.com"}
	not "privileged" in decision.permissions
}
