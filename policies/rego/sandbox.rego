# Sandbox: which endpoints and permissions does a skill get inside its sandbox?
#
# Requested endpoints are granted unless the sandbox or the firewall data denies them; requested permissions are granted
# unless denied. Without sandbox data nothing that was asked for is granted.
package defenseclaw.sandbox

import data.defenseclaw.firewall

version := "1"

denied_endpoints contains entry if some entry in data.sandbox.denied_endpoints_global

denied_endpoints contains entry if some entry in data.firewall.blocked_destinations

# METADATA
# title: some endpoints are not granted
# description: those in denied_from_request are denied by the sandbox or the firewall data, or are no plain hosts
# custom:
#   do_instead: Go on without these endpoints; what is in allowed_endpoints can be used.
denied_from_request contains endpoint if {
	some endpoint in _requested_endpoints
	_is_denied(endpoint)
}

allowed_endpoints := _requested_endpoints - denied_from_request

permissions contains permission if {
	some permission in data.sandbox.default_permissions
	not _canonical(permission) in _denied_permissions
}

permissions contains permission if {
	_is_configured
	some permission in input.requested_permissions
	_canonical(permission) != ""
	not _canonical(permission) in _denied_permissions
}

allowed_skills contains input.skill_name if {
	is_string(input.skill_name)
	trim_space(input.skill_name) != ""
}

denied_skills := set()

_is_configured if is_object(data.sandbox)

_requested_endpoints contains endpoint if {
	some endpoint in input.requested_endpoints
	is_string(endpoint)
}

_is_denied(_) if not _is_configured

_is_denied(endpoint) if not firewall.is_bare_host(_endpoint_host(endpoint))

_is_denied(endpoint) if {
	host := _endpoint_host(endpoint)
	some entry in denied_endpoints
	firewall.covers(entry, host)
}

# The host in `host`, `host:port` or `scheme://user@host:port/path`.
_endpoint_host(endpoint) := firewall.host_of(_without_port(authority)) if {
	parts := split(endpoint, "://")
	address := split(parts[count(parts) - 1], "/")[0]
	labels := split(address, "@")
	authority := trim_space(labels[count(labels) - 1])
}

_without_port(authority) := concat("", [split(authority, "]")[0], "]"]) if {
	startswith(authority, "[")
} else := split(authority, ":")[0] if {
	count(split(authority, ":")) == 2
} else := authority

_denied_permissions contains _canonical(permission) if some permission in data.sandbox.denied_permissions

_canonical(permission) := lower(trim_space(permission)) if is_string(permission)
