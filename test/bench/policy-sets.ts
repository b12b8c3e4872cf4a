/** Texts by path, as somebody keeps them in a policy folder. */
export type PolicySet = Readonly<Record<string, string>>;

/** A module a package, three rules each, every one of them answered on its own. */
export function smallModules(count: number): PolicySet {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}.rego`, smallModule(index, 10)]));
}

/** One of {@link smallModules}; `limit` is what an edit changes. */
export function smallModule(index: number, limit: number): string {
  return `package bench.m${index}

default allow := false

allow if {
	input.user.role == "role${index}"
	input.amount < ${limit}
}

deny contains msg if {
	some item in input.items
	item.size > ${limit}
	msg := sprintf("item %v is larger than %d", [item.name, ${limit}])
}

limit := ${limit}
`;
}

const SERVICES = ['storage', 'compute', 'network', 'identity', 'database', 'queue', 'cluster', 'registry', 'secrets', 'logging'];
const LIBRARIES = 30;

/**
 * A library of checks as scanners of infrastructure ship them: a package a file, a long block of metadata above it, and imports of
 * libraries that many share.
 */
export function checkLibrary(count: number): PolicySet {
  const libraries = Array.from({ length: LIBRARIES }, (_, index) => [`lib/lib${index}.rego`, library(index)] as const);
  const checks = Array.from({ length: count - LIBRARIES }, (_, index) => [checkPath(index), check(index)] as const);
  return Object.fromEntries([...libraries, ...checks]);
}

/** Where the check of this number is. */
export function checkPath(index: number): string {
  return `checks/${serviceOf(index)}/check${index}.rego`;
}

function serviceOf(index: number): string {
  return SERVICES[index % SERVICES.length] ?? '';
}

/** One of {@link checkLibrary}; `limit` is what an edit changes. */
export function check(index: number, limit = 30): string {
  const service = serviceOf(index);
  const id = `AVD-${service.toUpperCase()}-${String(index).padStart(4, '0')}`;
  const libraries = [index, index * 7 + 3, index * 13 + 5].map((number) => number % LIBRARIES);
  const [main = 0] = libraries;
  const imports = [...new Set(libraries)].map((number) => `import data.lib.lib${number}`).join('\n');
  return `${metadata(id, service)}package builtin.${service}.check${index}

import rego.v1

${imports}

deny contains res if {
	some resource in input.${service}.resources
	is_managed(resource)
	not lib${main}.has_property(resource, "encryption")
	res := lib${main}.result(sprintf("Resource %q of ${service} is not encrypted.", [lib${main}.name_of(resource)]), resource)
}

deny contains res if {
	some resource in input.${service}.resources
	is_managed(resource)
	lib${main}.number_of(resource, "retention_days", 0) < ${limit}
	res := lib${main}.result("Logs are kept for too short a time.", resource)
}

is_managed(resource) if not resource.unmanaged

is_managed(resource) if {
	resource.unmanaged
	some tag in resource.tags
	tag.key == "managed-by"
	startswith(tag.value, "team-${index}")
}
`;
}

function metadata(id: string, service: string): string {
  return `# METADATA
# title: Resources of ${service} must be encrypted and keep their logs
# description: |
#   Data that is kept by ${service} should be encrypted at rest, so that a lost disk is no lost secret.
#   Logs that are thrown away too early cannot be looked at when an incident is found late.
#
#   Both are cheap to turn on, and hard to explain when they were not.
# scope: package
# related_resources:
#   - https://example.invalid/${service}/encryption
#   - https://example.invalid/${service}/logging
# custom:
#   id: ${id}
#   avd_id: ${id}
#   provider: example
#   service: ${service}
#   severity: HIGH
#   short_code: encrypt-${service}
#   recommended_action: |
#     Turn encryption on for each resource, with a key that your organisation owns, and keep logs for a month at least.
#   frameworks:
#     benchmark-1.2:
#       - "2.1.${id.length}"
#     benchmark-1.4:
#       - "2.3.1"
#   input:
#     selector:
#       - type: cloud
#         subtypes:
#           - service: ${service}
#             provider: example
#   examples: checks/${service}/${id}.yaml
`;
}

/** Libraries use one another as those of real sets do: each needs the one before it. */
function library(index: number): string {
  const helpers = Array.from(
    { length: 12 },
    (_, number) => `
# has_kind${number} is true of resources of the kind ${number}.
has_kind${number}(resource) if {
	some kind in resource.kinds
	lower(kind) == "kind${number}-${index}"
}

kinds${number} contains kind if {
	some resource in input.lib${index}.resources
	has_kind${number}(resource)
	kind := resource.kinds[_]
}
`,
  ).join('');
  const above = index === 0 ? '' : `import data.lib.lib${index - 1}\n`;
  const cause = index === 0 ? 'name_of(cause)' : `lib${index - 1}.name_of(cause)`;
  return `# METADATA
# title: Helpers ${index}
# custom:
#   library: true
package lib.lib${index}

import rego.v1

${above}
result(message, cause) := {
	"msg": message,
	"resource": ${cause},
	"startline": object.get(cause, ["metadata", "startline"], 0),
	"endline": object.get(cause, ["metadata", "endline"], 0),
}

default name_of(_) := "unknown"

name_of(resource) := resource.name if is_string(resource.name)

has_property(resource, name) if resource.properties[name].value

has_property(resource, name) if {
	not resource.properties[name]
	resource.defaults[name]
}

number_of(resource, name, fallback) := value if {
	value := to_number(resource.properties[name].value)
} else := fallback
${helpers}`;
}
