package defenseclaw.firewall_test

import data.defenseclaw.firewall

_rules := {
	"default_action": "deny",
	"blocked_destinations": ["169.254.169.254", "fd00:ec2::254", "Evil.example.com", "10.0.0.0/8", "fe80::/10", "*.bad.test"],
	"allowed_domains": ["github.com", "API.example.com", "*.cdn.example.com", "evil.example.com", "192.0.2.0/24", "2001:db8::1"],
	"allowed_ports": [443, 8443],
}

_request(destination, port) := {
	"target_type": "skill",
	"destination": destination,
	"port": port,
	"protocol": "tcp",
}

_decide(destination, port, rules) := [action, rule_name] if {
	decision := firewall with input as _request(destination, port) with data.firewall as object.union(_rules, rules)
	action := decision.action
	rule_name := decision.rule_name
}

_blocked := ["deny", "block-explicit"]

_allowed := ["allow", "domain-allowlist"]

_wrong_port := ["deny", "port-restricted"]

_default_deny := ["deny", "default-policy"]

_default_allow := ["allow", "default-policy"]

_invalid := ["deny", "invalid-destination"]

# --- the rows --------------------------------------------------------------------------------------------------------

test_blocked_destination if {
	_decide("169.254.169.254", 443, {}) == _blocked
}

test_blocked_beats_allowed if {
	_decide("evil.example.com", 443, {}) == _blocked
}

test_allowed_domain if {
	_decide("github.com", 443, {}) == _allowed
	_decide("github.com", 8443, {}) == _allowed
}

test_allowed_domain_with_wrong_port if {
	every port in [80, 0, -1, 65536, "443", null] {
		_decide("github.com", port, {}) == _wrong_port
	}
}

test_request_without_port_is_port_restricted if {
	firewall.rule_name == "port-restricted" with input as {"destination": "github.com"} with data.firewall as _rules
}

test_empty_port_list_means_any_port if {
	_decide("github.com", 22, {"allowed_ports": []}) == _allowed
}

test_missing_port_list_means_no_port if {
	decision := firewall with input as _request("github.com", 443) with data.firewall as object.remove(_rules, ["allowed_ports"])
	decision.rule_name == "port-restricted"
}

test_default_deny if {
	_decide("example.org", 443, {}) == _default_deny
}

test_default_allow if {
	_decide("example.org", 443, {"default_action": "allow"}) == _default_allow
}

test_blocked_even_when_default_allows if {
	_decide("169.254.169.254", 80, {"default_action": "allow"}) == _blocked
}

test_wrong_port_of_an_allowed_domain_is_denied_even_when_default_allows if {
	_decide("github.com", 80, {"default_action": "allow"}) == _wrong_port
}

test_unknown_default_action_denies if {
	every word in ["ALLOW", "permit", "", null, true] {
		_decide("example.org", 443, {"default_action": word}) == _default_deny
	}
}

test_without_firewall_data_denies if {
	every rules in [{}, null, []] {
		decision := firewall with input as _request("github.com", 443) with data.firewall as rules
		decision.action == "deny"
		decision.rule_name == "default-policy"
	}
}

test_protocol_and_target_type_do_not_matter if {
	every patch in [{"protocol": "udp"}, {"protocol": ""}, {"target_type": "mcp"}] {
		firewall.action == "allow" with input as object.union(_request("github.com", 443), patch) with data.firewall as _rules
	}
}

# --- spelling of hosts -----------------------------------------------------------------------------------------------

test_spellings_of_allowed_hosts if {
	every host in ["GITHUB.com", "github.com.", " github.com ", "api.EXAMPLE.com"] {
		_decide(host, 443, {}) == _allowed
	}
}

test_spellings_of_blocked_hosts if {
	every host in ["EVIL.example.com", "evil.example.com.", "169.254.169.254.", "[fd00:ec2::254]", "[FD00:EC2::254]", "fd00:ec2::254%eth0"] {
		_decide(host, 443, {}) == _blocked
	}
}

test_other_names_do_not_match if {
	every host in ["github.com.evil.test", "xgithub.com", "www.github.com", "github.co", "github.com..", "[github.com]"] {
		_decide(host, 443, {}) == _default_deny
	}
}

test_destination_that_is_no_string_denies if {
	every host in [null, 7, true, ["github.com"], {}] {
		_decide(host, 443, {"default_action": "allow"}) == _default_deny
	}
}

test_missing_destination_denies if {
	firewall.action == "deny" with input as {} with data.firewall as object.union(_rules, {"default_action": "allow"})
}

# --- wildcards -------------------------------------------------------------------------------------------------------

test_wildcard_covers_names_below if {
	every host in ["a.cdn.example.com", "A.B.CDN.example.com", "a.cdn.example.com."] {
		_decide(host, 443, {}) == _allowed
	}
}

test_wildcard_does_not_cover_itself_or_look_alikes if {
	every host in ["cdn.example.com", "xcdn.example.com", "a.cdn.example.com.evil.test", "*.cdn.example.com"] {
		_decide(host, 443, {"allowed_domains": ["*.cdn.example.com."]}) == _default_deny
		_decide(host, 443, {"allowed_domains": ["*.cdn.example.org"]}) == _default_deny
	}
	every host in ["cdn.example.com", "xcdn.example.com", "a.cdn.example.com.evil.test"] {
		_decide(host, 443, {}) == _default_deny
	}
}

test_wildcard_does_not_cover_what_is_no_bare_host if {
	every host in ["evil.test/.cdn.example.com", "evil.test#.cdn.example.com", "u@h.cdn.example.com", "a b.cdn.example.com"] {
		_decide(host, 443, {}) == _default_deny
	}
}

test_wildcard_blocks if {
	_decide("x.bad.test", 443, {"default_action": "allow"}) == _blocked
	_decide("bad.test", 443, {"default_action": "allow"}) == _default_allow
}

# --- addresses -------------------------------------------------------------------------------------------------------

test_cidr_blocks if {
	every host in ["10.0.0.1", "10.255.255.255", "fe80::1", "[fe80::1%eth0]", "febf::"] {
		_decide(host, 443, {"default_action": "allow"}) == _blocked
	}
}

test_cidr_does_not_cover_other_addresses if {
	every host in ["11.0.0.1", "9.255.255.255", "fec0::1", "2001:db8::2"] {
		_decide(host, 443, {"default_action": "allow"}) == _default_allow
	}
}

test_cidr_allows if {
	_decide("192.0.2.77", 443, {}) == _allowed
	_decide("192.0.3.1", 443, {}) == _default_deny
}

test_cidr_does_not_cover_names if {
	every host in ["10.example.com", "a10.0.0.b", "10.0.0.1.example.com"] {
		_decide(host, 443, {"default_action": "allow"}) == _default_allow
	}
}

test_ipv6_spellings_of_one_address if {
	every host in ["fd00:ec2:0:0:0:0:0:254", "FD00:0EC2::0254", "[fd00:ec2:0::254]"] {
		_decide(host, 443, {"default_action": "allow"}) == _blocked
	}
	_decide("2001:0db8:0:0::1", 443, {}) == _allowed
}

test_ipv4_inside_ipv6_is_the_ipv4_address if {
	_decide("::ffff:169.254.169.254", 443, {"default_action": "allow"}) == _blocked
	_decide("[::FFFF:10.1.2.3]", 443, {"default_action": "allow"}) == _blocked
}

test_ipv4_inside_ipv6_in_hexadecimal_is_refused if {
	every host in ["::ffff:a9fe:a9fe", "0:0:0:0:0:ffff:a9fe:a9fe"] {
		_decide(host, 443, {"default_action": "allow"}) == _invalid
	}
}

test_disguised_addresses_are_refused if {
	every host in [
		"2852039166",
		"0xa9fea9fe",
		"0251.0376.0251.0376",
		"169.254.43518",
		"169.254.169.0xfe",
		"0xa9.0xfe.0xa9.0xfe",
		"169.254.169.999",
		"1.2.3.4.5",
		"01.2.3.4",
		"example.com..",
		"1",
	] {
		_decide(host, 443, {"default_action": "allow"}) == _invalid
	}
}

test_dotted_quads_are_addresses if {
	every host in ["0.0.0.0", "8.8.8.8", "255.255.255.255", "100.10.1.0"] {
		_decide(host, 443, {"default_action": "allow"}) == _default_allow
	}
}

test_what_is_no_bare_host_is_refused if {
	every host in [
		"",
		" ",
		".",
		"http://169.254.169.254/",
		"user@169.254.169.254",
		"github.com:443",
		"git hub.com",
		"a\tb",
		"a/b",
		`a\b`,
		"a?b",
		"a#b",
		"*",
		"[github.com]",
		"1::2::3",
		":::",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7::8",
		"12345::",
		"g::1",
		":1",
		"64:ff9b::169.254.169.254",
	] {
		_decide(host, 443, {"default_action": "allow"}) == _invalid
	}
}

test_ipv6_addresses_are_bare_hosts if {
	every host in ["::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6::8", "2001:db8::1:0:0:1"] {
		firewall.is_bare_host(firewall.host_of(host))
	}
}

test_missing_input_denies if {
	firewall.action == "deny" with data.firewall as object.union(_rules, {"default_action": "allow"})
}

# --- shipped data ----------------------------------------------------------------------------------------------------

# Presets list nothing, allow what is not listed, or allow every port.
_of_stranger := [data.firewall.default_action, "default-policy"]

_of_listed(decision) := decision if {
	count(data.firewall.allowed_domains) > 0
} else := _of_stranger

_of_port := _wrong_port if {
	count(data.firewall.allowed_ports) > 0
} else := _allowed

test_shipped_data[name] if {
	some name, [destination, port, expected] in {
		"metadata service": ["169.254.169.254", 80, _blocked],
		"metadata service, IPv6": ["fd00:ec2::254", 80, _blocked],
		"raw content": ["raw.githubusercontent.com", 443, _of_listed(_allowed)],
		"plain text": ["github.com", 80, _of_listed(_of_port)],
		"stranger": ["example.org", 443, _of_stranger],
	}
	decision := firewall with input as _request(destination, port)
	[decision.action, decision.rule_name] == expected
}
