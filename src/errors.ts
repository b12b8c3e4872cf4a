/**
 * Every failure that leaves a room has a code from this one table. The code is the discriminant: messages may be
 * reworded, codes are never reused. `src/reference/errors.md` is generated from it.
 */
export interface ErrorSpec {
  /** Status that an HTTP answer carries when this error ends a request. */
  readonly status: number;
  /** Exit code of a command that ends with this error. */
  readonly exit: number;
  /** What the reader should do next. */
  readonly hint: string;
}

/**
 * Exit codes: 1 policy or test refused, 2 usage or configuration, 3 cannot reach or the port is taken, 4 credentials, 5 compiler or files,
 * 6 state file, 7 serving processes, 8 too few files may be open, 9 no such address here, 70 a bug of ours.
 */
export const ERRORS = {
  // policy folder
  policy_dir_missing: { status: 503, exit: 2, hint: 'Give an existing folder with --policy-dir or policy_dir in the config file.' },
  policy_no_modules: { status: 500, exit: 1, hint: 'Put at least one .rego file into the policy folder.' },
  policy_unreadable: { status: 500, exit: 5, hint: 'Check the permissions of the file that is named.' },
  policy_read_timeout: {
    status: 500,
    exit: 1,
    hint: 'Take what is no policy out of the policy folder, or raise policy.read_timeout; a network mount may hang.',
  },
  policy_link_refused: { status: 500, exit: 1, hint: 'Remove the link that is named, or put a copy of what is needed in its place.' },
  policy_not_utf8: { status: 500, exit: 1, hint: 'Save the file as UTF-8.' },
  policy_too_many_files: { status: 500, exit: 1, hint: 'Remove files from the policy folder or raise policy.max_files.' },
  policy_file_too_large: { status: 500, exit: 1, hint: 'Shrink the file or raise policy.max_file_bytes.' },
  policy_too_large: { status: 500, exit: 1, hint: 'Shrink the policy folder or raise policy.max_total_bytes.' },
  policy_unsettled: { status: 500, exit: 1, hint: 'Wait until nothing writes into the policy folder, then reload.' },
  policy_data_invalid: { status: 500, exit: 1, hint: 'Mend the data file at the place that is named; its root must be an object.' },
  policy_manifest_invalid: {
    status: 500,
    exit: 1,
    hint: 'Mend the .manifest that is named: rego_version and file_rego_versions hold 0 or 1.',
  },
  policy_data_conflict: { status: 500, exit: 1, hint: 'Two data files, or data and a rule, claim the same path: rename one.' },
  policy_data_schema: { status: 500, exit: 1, hint: 'Mend the data at the paths that are named; the message says what each has to be.' },
  policy_rejected: { status: 500, exit: 1, hint: 'Mend the lines that are named and save again.' },
  policy_domain_lost: {
    status: 500,
    exit: 1,
    hint: 'Put the module of the domain back; to do without it, leave it out of policy.required_domains or reload with --force.',
  },
  policy_tests_failed: {
    status: 500,
    exit: 1,
    hint: 'Mend the tests or the rules that are named, or pass the gate with `policy reload --force`.',
  },
  policy_schema_failed: {
    status: 500,
    exit: 1,
    hint: 'Mend the data at the place that is named, or its data.schema.json, or pass the gate with `policy reload --force`.',
  },
  policy_suites_failed: {
    status: 500,
    exit: 1,
    hint: 'Mend the rules or the lines of the suites that are named (`inspect suite run` tells of each), or pass the gate with `policy reload --force`.',
  },
  policy_impact: {
    status: 409,
    exit: 1,
    hint: 'See `gates.impact` of the answer or `policy impact` for the decisions; to serve it all the same: `policy reload --accept-impact`, `{"accept_impact": true}`.',
  },
  policy_impact_timeout: {
    status: 409,
    exit: 1,
    hint: 'Raise gates.timeout, or lower gates.impact_sample; to serve it all the same: `policy reload --accept-impact`, `{"accept_impact": true}`.',
  },
  policy_judge_invalid: { status: 500, exit: 1, hint: 'Mend the judge file that is named.' },
  policy_rulepack_invalid: {
    status: 500,
    exit: 1,
    hint: 'Mend the file of the rule pack that is named; `policy rulepack validate` checks it.',
  },
  // bundles
  bundle_unavailable: {
    status: 500,
    exit: 3,
    hint: 'Check the address and the credentials under services and bundles, and that the server answers: it is asked again.',
  },
  bundle_invalid: { status: 500, exit: 1, hint: 'Build the bundle that is named anew; what served before goes on to serve.' },
  bundle_refused: {
    status: 500,
    exit: 1,
    hint: 'Sign the bundle with the key that keys and bundles.<name>.signing name; what served before goes on to serve.',
  },
  bundle_key_invalid: {
    status: 500,
    exit: 2,
    hint: 'Give a file with a PEM private key that fits --signing-alg, or with the secret of an HS algorithm.',
  },
  // history
  policy_guard: { status: 500, exit: 1, hint: 'Mend what is named, or accept it: `policy reload --accept NAME`, `{"accept": ["NAME"]}`.' },
  history_unknown: { status: 404, exit: 1, hint: 'See `policy history` for what is kept; older revisions were pruned (history.keep).' },
  history_ambiguous: { status: 400, exit: 2, hint: 'Give more digits of the revision.' },
  history_damaged: { status: 500, exit: 5, hint: 'Choose another revision of `policy history`, and check the disk of the data folder.' },
  decision_unknown: {
    status: 404,
    exit: 1,
    hint: 'See `decisions list` for what is kept; older records were pruned (decisions.keep, decisions.max_bytes).',
  },
  decision_not_replayable: {
    status: 409,
    exit: 1,
    hint: 'Only a decision whose revision and whole input were recorded can be made again.',
  },
  // compiler service
  compiler_missing: {
    status: 500,
    exit: 5,
    hint: 'In a clone: install Go >= 1.25 and run `npm run build`. Else install the package for this platform, or set DEFENSECLAW_REGO_COMPILER.',
  },
  compiler_version_mismatch: { status: 500, exit: 5, hint: 'Run `npm run build` so that both halves come from one version.' },
  compiler_crashed: { status: 500, exit: 70, hint: 'Reload again: the next call starts a new compiler process.' },
  compiler_timeout: { status: 500, exit: 1, hint: 'Make the policy set smaller or raise compiler.timeout.' },
  compiler_closed: { status: 503, exit: 3, hint: 'The gateway is shutting down.' },
  compiler_protocol: { status: 500, exit: 70, hint: 'Run `npm run build`; if it stays, report it with the log.' },
  // evaluation
  revision_mismatch: {
    status: 412,
    exit: 1,
    hint: 'Another revision serves than If-Policy-Revision names: look at X-Policy-Revision, and ask again with that one or without the header.',
  },
  evaluation_no_revision: { status: 503, exit: 1, hint: 'Mend the policies and reload; see GET /status.' },
  evaluation_unknown_entrypoint: { status: 404, exit: 1, hint: 'See `policy show --entrypoints` for the rules of the revision.' },
  evaluation_input_invalid: { status: 400, exit: 2, hint: 'Send one well-formed JSON value as input.' },
  evaluation_input_too_deep: { status: 400, exit: 2, hint: 'Flatten the input: nesting is bounded.' },
  evaluation_timeout: { status: 500, exit: 1, hint: 'The rule ran past its deadline: make it cheaper or raise evaluation.timeout.' },
  evaluation_overloaded: { status: 503, exit: 1, hint: 'Retry after the time in Retry-After.' },
  evaluation_conflict: { status: 500, exit: 1, hint: 'Two rules give different values for one name: see the location.' },
  evaluation_builtin_failed: { status: 500, exit: 1, hint: 'A built-in function refused its arguments; see the message.' },
  evaluation_out_of_memory: { status: 500, exit: 1, hint: 'The rule used more memory than evaluation.max_memory_mb.' },
  value_invalid: { status: 500, exit: 70, hint: 'A value could not be read or printed: report it with the policy.' },
  value_too_deep: { status: 500, exit: 1, hint: 'Nest the values of the policy less deeply.' },
  evaluation_failed: { status: 500, exit: 1, hint: 'See the message; the instance was replaced.' },
  evaluator_closed: { status: 503, exit: 3, hint: 'The gateway is shutting down.' },
  decision_invalid: { status: 500, exit: 1, hint: 'The rules of the domain decide nothing for this input: see the message.' },
  // local scan
  scan_failed: { status: 500, exit: 1, hint: 'The content counts as not inspected; see the message.' },
  scan_timeout: {
    status: 500,
    exit: 1,
    hint: 'The patterns are too dear for this content: send less, or make data.guardrail.patterns cheaper.',
  },
  // requests of the decision domains
  request_too_large: { status: 400, exit: 2, hint: 'Send less, or raise http.max_body.' },
  request_invalid: { status: 400, exit: 2, hint: 'Mend the request field that is named.' },
  request_target_invalid: { status: 503, exit: 2, hint: 'Name the target with 1 to 4096 bytes that are not all blank.' },
  subscribers_full: { status: 503, exit: 1, hint: 'Subscribe again after the time in Retry-After, with Last-Event-ID.' },
  // gateway
  config_invalid: {
    status: 500,
    exit: 2,
    hint: 'Mend the setting that is named and ask `config check`; src/reference/configuration.md of the package lists all settings.',
  },
  config_unreadable: { status: 500, exit: 2, hint: 'Check the path and the permissions of the config file.' },
  token_missing: { status: 503, exit: 4, hint: 'Set DEFENSECLAW_GATEWAY_TOKEN, or start the gateway once to create a token.' },
  token_wrong: {
    status: 401,
    exit: 4,
    hint: 'Give the token of the gateway that answered: its start says where that is kept. Two gateways have two tokens.',
  },
  tls_invalid: {
    status: 500,
    exit: 2,
    hint: 'Put a PEM certificate and the key that belongs to it where gateway.tls.cert and .key point.',
  },
  address_in_use: { status: 500, exit: 3, hint: 'Stop the other process or choose another --port.' },
  address_unavailable: { status: 500, exit: 9, hint: 'Choose an address of this machine with --bind and a free --port.' },
  serving_failed: {
    status: 500,
    exit: 7,
    hint: 'Let TMPDIR name a folder with a short path that can be written, or set http.processes to 0 to serve from one process.',
  },
  files_exhausted: {
    status: 503,
    exit: 8,
    hint: 'Raise the limit of open files: 256 (`ulimit -n 256`) is enough to start, and each connection takes one more.',
  },
  gateway_unreachable: { status: 502, exit: 3, hint: 'Start it with `defenseclaw-gateway start`, or check --bind and --port.' },
  gateway_refused: { status: 502, exit: 1, hint: 'See the answer of the gateway.' },
  judge_failed: {
    status: 502,
    exit: 3,
    hint: 'Check the model, address and key under guardrail.judge.llm, and that the provider answers.',
  },
  audit_store_failed: {
    status: 503,
    exit: 6,
    hint: 'Check the state file that is named, the free space and the permissions of the data folder.',
  },
  enforcement_list_full: { status: 409, exit: 1, hint: 'Take entries that are no longer needed off the lists.' },
  usage: { status: 400, exit: 2, hint: 'See --help.' },
  tests_failed: { status: 500, exit: 1, hint: 'Mend the tests that are named.' },
  output_failed: { status: 500, exit: 5, hint: 'Look at the disk or the device that standard output goes to.' },
  internal: { status: 500, exit: 70, hint: 'Report it with the log.' },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

interface ErrorOptions {
  readonly cause?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly hint?: string;
}

/** The one error class. Compare `code`, never the message. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  /** Structured facts for the answer and the log (diagnostics, path, limit). Never secrets. */
  readonly details: Readonly<Record<string, unknown>>;

  readonly #hint: string | undefined;

  /** `hint`: what to do next, where that is known better than the table knows it. */
  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.#hint = options.hint;
  }

  /** What the reader should do next. */
  get hint(): string {
    return this.#hint ?? this.spec.hint;
  }

  get spec(): ErrorSpec {
    return ERRORS[this.code];
  }
}

/**
 * Anything thrown, as a GatewayError: a stranger becomes `internal` with itself as cause. One that comes of it that no more files may be opened says
 * so, whatever could not be done for it.
 */
export function asGatewayError(thrown: unknown): GatewayError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const known = thrown instanceof GatewayError;
  if (isExhausted(known ? thrown.cause : thrown)) {
    return new GatewayError('files_exhausted', message, { cause: thrown, details: known ? thrown.details : {} });
  }
  return known ? thrown : new GatewayError('internal', message, { cause: thrown });
}

function isExhausted(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !('code' in thrown)) return false;
  if (thrown.code === 'EMFILE' || thrown.code === 'ENFILE') return true;
  // Of a library that cannot be loaded, and of a user that cannot be looked up, the system's own words alone say why.
  return (thrown.code === 'ERR_DLOPEN_FAILED' || thrown.code === 'ERR_SYSTEM_ERROR') && /too many open files/iu.test(thrown.message);
}
