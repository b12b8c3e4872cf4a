import { readFileSync } from 'node:fs';
import type { BuiltinInfo, CapabilitiesResult } from '../compiler/protocol.js';
import { CATALOG } from '../builtins/catalog.js';
import { ASSISTED_REASONS, OVERRIDE_REASONS } from '../builtins/overrides.js';
import { refusedBuiltins } from '../builtins/refused.js';
import type { RefusedBuiltin } from '../builtins/refused.js';

/** What OPA says of its built-ins: `npm run docs` takes it from the compiler service. */
export interface BuiltinSnapshot {
  readonly opaVersion: string;
  readonly builtins: readonly Pick<BuiltinInfo, 'name' | 'wasmNative' | 'compileTime' | 'deprecated'>[];
}

/** Who answers a built-in. `compiled` ones are gone when the compiler is done. */
type BuiltinClass = 'compiled' | 'native' | 'assisted' | 'overridden' | 'hosted' | 'refused';

const HOSTED: ReadonlyMap<string, string> = new Map(CATALOG.flatMap(({ names, by }) => names.map((name) => [name, by] as const)));
const REFUSED: ReadonlyMap<string, RefusedBuiltin> = new Map(refusedBuiltins.map((refused) => [refused.name, refused]));

/** Undefined for a built-in that nobody answers and nobody decided to refuse. */
export function classOf({ name, wasmNative, compileTime }: BuiltinSnapshot['builtins'][number]): BuiltinClass | undefined {
  if (REFUSED.has(name)) return 'refused';
  if (compileTime === true) return 'compiled';
  if (OVERRIDE_REASONS[name] !== undefined) return 'overridden';
  if (wasmNative) return ASSISTED_REASONS[name] === undefined ? 'native' : 'assisted';
  return HOSTED.has(name) ? 'hosted' : undefined;
}

/** The committed answer of the compiler service. */
function builtinSnapshot(): BuiltinSnapshot {
  return JSON.parse(readFileSync(new URL('builtins.json', import.meta.url), 'utf8')) as BuiltinSnapshot;
}

/** The text of `builtins.json`: one built-in a line, so that a new OPA shows as added lines. */
export function snapshotOf({ opaVersion, builtins }: CapabilitiesResult): string {
  const lines = builtins.map(({ name, wasmNative, compileTime, deprecated }) =>
    JSON.stringify({ name, wasmNative, ...(compileTime === true && { compileTime }), ...(deprecated === true && { deprecated }) }),
  );
  return `{ "opaVersion": ${JSON.stringify(opaVersion)}, "builtins": [\n${lines.join(',\n')}\n] }\n`;
}

const INTRODUCTION = `# Built-ins

<!-- Generated from OPA's capabilities and the evaluator by \`npm run docs\`; do not edit. -->

Native ones are OPA's own, compiled into every policy. Hosted ones are answered by the gateway, and so are native ones that it
answers better (overridden), always or for the arguments that the native one gets wrong (assisted). A policy that calls a refused one is rejected with the line of the call.
Those of them that reach out are hosted after all where \`evaluation.allow_builtins\` names them:

- \`http.send\` takes \`method\`, \`url\` (http, https), \`headers\`, \`body\`, \`raw_body\`, \`timeout\` (5 s, at most 30 s), \`enable_redirect\`,
  \`force_json_decode\`, \`force_yaml_decode\`, \`raise_error\` and a \`max_retry_attempts\` of 0; any other parameter is an error that names it.
  A response has at most 8 MiB, the same request is sent once in an evaluation, and nothing is kept between evaluations. A GET or HEAD has no body.
- \`net.lookup_ip_addr\` asks the resolver of the machine.
- \`opa.runtime\` tells the version of OPA; its \`config\` and \`env\` are empty.

They wait within the deadline of the evaluation (\`evaluation.timeout\`), and the thread that waits makes no other decisions meanwhile.

OPA's own suite of evaluation cases runs against compiled policies (\`npm run test:conformance\`), order of members and errors of
strict mode included. What is known to differ from OPA's interpreter:

- Arithmetic with fractions is decimal, to 18 digits; OPA's is binary. \`1/3\` is 0.333333333333333333 here and
  0.33333333333333333334 there, \`3.14159-3\` is 0.14159 here and 0.14158999999999999993 there. The same holds for \`sum\` and
  \`product\`, and huge results are printed with an exponent (\`1e308*10\` is 1.0e+309 here, 310 digits there).
- \`glob.match\` with a pattern that is not closed matches nothing; in OPA it is an error.
- \`net.cidr_contains\` takes an IPv4 address that is written as IPv6 (\`::ffff:1.2.3.4\`) for IPv6.
- \`to_number\` makes a number of \`"01"\` and \`".5"\`; OPA makes one that it cannot print.
- Members of a set literal with variables in it, scanned where it stands, come in order; OPA sorts it before the variables have values.

The differential fuzzer (\`npm run fuzz\`) holds both engines to each other on policies that it makes. It knows of these besides; for
the first and the third, \`policy validate\` and a reload warn where a module shows them (\`engines_differ\`):

- Below a constant that is no text in the name of a rule, nothing shows while nothing is defined: \`r[1].a := input.x\` without an \`x\` is
  \`{"r": {}}\` here and \`{"r": {"1": {}}}\` there.
- Rules that contradict each other are an error on both engines when they are asked for. Where another condition fails before, one
  engine may not come by the contradiction that the other reports.
- In values that rules make and in the input, \`[1.0]\` finds no element of an array, and \`[1]\` does. In the data document both do.
- A few expressions that compare constants of different types have no plan, and the reload is rejected with the line.

`;

/** The page `builtins.md`. */
export function renderBuiltins(): string {
  const { opaVersion, builtins } = builtinSnapshot();
  const counts = new Map<string, number>();
  const rows = builtins.map((builtin) => {
    const kind = classOf(builtin) ?? 'missing';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const mark = builtin.deprecated === true ? ' (deprecated)' : '';
    return `| \`${builtin.name}\`${mark} | ${kind} | ${detail(builtin.name, kind)} |`;
  });
  const sums = [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
  const head = `OPA ${opaVersion}: ${builtins.length} built-ins, ${sums}.\n\n| Built-in | Class | By what, or why |\n| --- | --- | --- |\n`;
  return `${INTRODUCTION}${head}${rows.join('\n')}\n`;
}

function detail(name: string, kind: string): string {
  if (kind === 'refused') return refusal(name);
  if (kind === 'overridden') return `${HOSTED.get(name) ?? ''}: ${OVERRIDE_REASONS[name] ?? ''}`;
  if (kind === 'assisted') return `native, and for some arguments hosted: ${ASSISTED_REASONS[name] ?? ''}`;
  return kind === 'hosted' ? (HOSTED.get(name) ?? '') : '';
}

function refusal(name: string): string {
  const { reason = '', allowable = false } = REFUSED.get(name) ?? {};
  return allowable ? `${reason}; where it is allowed by name: ${HOSTED.get(name) ?? ''}` : reason;
}
