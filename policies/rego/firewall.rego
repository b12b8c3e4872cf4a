# Firewall: may an agent connect to this destination and port?
#
# Blocked destinations beat allowed ones. Entries are written as bare hosts and match exactly, whatever the letter case of
# either; the destination may end in a dot or stand in IPv6 brackets. `*.example.com` covers every name below example.com
# (not itself), and an entry with a slash is a CIDR block.
#
# An address in decimal, octal or hexadecimal disguise is not decoded: where the default is to allow, a destination that
# ends in a number without being a dotted quad is refused as `invalid-destination`, as is anything that is no bare host.
package defenseclaw.firewall

action := _outcome[0]

rule_name := _outcome[1]

_outcome := outcome if {
	outcome := _decide(host_of(input.destination))
} else := ["deny", "default-policy"]

_decide(host) := _blocked(host) if {
	some entry in data.firewall.blocked_destinations
	covers(entry, host)
} else := _decide_port(input) if {
	some entry in data.firewall.allowed_domains
	covers(entry, host)
} else := _decide_default(host) if {
	data.firewall.default_action == "allow"
} else := _unlisted(host)

_decide_default(host) := ["allow", "default-policy"] if {
	is_bare_host(host)
} else := _disguised(host)

# An empty list of ports means any port, a missing one none.
_decide_port(request) := ["allow", "domain-allowlist"] if {
	request.port in data.firewall.allowed_ports
} else := ["allow", "domain-allowlist"] if {
	count(data.firewall.allowed_ports) == 0
} else := _wrong_port(request)

# --- what a refusal means ---------------------------------------------------------------------------------------------

# METADATA
# title: destination is blocked
# description: it is on the list of destinations that nothing may connect to, under whatever spelling
# custom:
#   do_instead: Do not connect to it, by another name or address either. If the task needs it, say so to the person you work for.
_blocked(_) := ["deny", "block-explicit"]

# METADATA
# title: destination is not allowed
# description: only destinations on the allow list may be connected to, and this is none of them
# custom:
#   do_instead: Use an allowed destination, or ask for this host to be added to firewall.allowed_domains.
_unlisted(_) := ["deny", "default-policy"]

# METADATA
# title: destination is no plain host
# description: it is a URL, an address in disguise or something that resolvers read differently
# custom:
#   do_instead: Ask again with the bare host name or the usual spelling of the address.
_disguised(_) := ["deny", "invalid-destination"]

# METADATA
# title: port is not allowed
# description: the destination is allowed, but not at this port
# custom:
#   do_instead: Connect to an allowed port (firewall.allowed_ports), usually 443.
_wrong_port(_) := ["deny", "port-restricted"]

# --- hosts, also used by the sandbox domain ---------------------------------------------------------------------------

# A host in the one form that is compared: lower case, no surrounding space, no trailing dot; an IPv6 address without
# brackets and zone, and an IPv4 address that is written inside an IPv6 one as itself.
host_of(text) := host if {
	is_string(text)
	host := _unwrapped(trim_suffix(lower(trim_space(text)), "."))
}

_unwrapped(text) := text if not contains(text, ":")

_unwrapped(text) := address if {
	contains(text, ":")
	inner := split(trim_suffix(trim_prefix(text, "["), "]"), "%")[0]
	address := _unmapped(inner)
}

_unmapped(address) := trim_prefix(address, "::ffff:") if {
	contains(address, ".")
} else := address

# True for a name or an address and nothing around it; `host` comes from `host_of`.
is_bare_host(host) if {
	host != ""
	not _has_foreign_character(host)
	not _is_disguised_address(host)
	not _is_broken_ipv6(host)
}

_has_foreign_character(host) if {
	some character in ["/", "@", "\\", " ", "\t", "\n", "\r", "\u0000", "?", "#", "..", "*", "["]
	contains(host, character)
}

# Resolvers read a name whose last label is a number as an address: `2852039166`, `0xa9fea9fe` and `169.254.43518` all
# lead to the metadata service.
_is_disguised_address(host) if {
	not contains(host, ":")
	labels := split(host, ".")
	_is_number_label(labels[count(labels) - 1])
	not _is_ipv4(host)
}

_is_number_label(label) if trim(label, "0123456789") == ""

_is_number_label(label) if {
	startswith(label, "0x")
	trim(substring(label, 2, -1), "0123456789abcdef") == ""
}

# Also `host:port`: the port has a field of its own.
_is_broken_ipv6(host) if {
	contains(host, ":")
	not _is_ipv6(host)
}

# True when the entry of the policy data means the host; `host` comes from `host_of`.
covers(entry, host) if {
	lower(entry) == host
} else if {
	startswith(entry, "*.")
	endswith(host, lower(substring(entry, 1, -1)))
	is_bare_host(host)
} else if {
	contains(entry, "/")
	_is_address(host)
	net.cidr_contains(entry, host)
} else if {
	# one IPv6 address has many spellings
	contains(host, ":")
	contains(entry, ":")
	not contains(entry, "/")
	_is_ipv6(host)
	net.cidr_contains(concat("", [lower(entry), "/128"]), host)
}

_is_address(host) if _is_ipv4(host)

_is_address(host) if _is_ipv6(host)

_is_ipv4(host) if {
	trim(host, "0123456789.") == ""
	octets := split(host, ".")
	count(octets) == 4
	every octet in octets {
		_is_octet(octet)
	}
}

_is_octet(octet) if {
	count(octet) in {1, 2}
	not startswith(octet, "0")
}

_is_octet("0")

# Three digits compare as text as they do as numbers.
_is_octet(octet) if {
	count(octet) == 3
	octet >= "100"
	octet <= "255"
}

_is_ipv6(host) if {
	contains(host, ":")
	halves := split(host, "::")
	count(halves) <= 2
	groups := [group | some half in halves; half != ""; some group in split(half, ":")]
	every group in groups {
		count(group) in {1, 2, 3, 4}
		trim(group, "0123456789abcdef") == ""
	}
	_fits(count(halves), count(groups))

	# an IPv4 address in hexadecimal disguise
	not net.cidr_contains("::ffff:0:0/96", host)
}

_fits(1, 8)

_fits(2, groups) if groups <= 7
