/** Cases that do not answer as OPA does, and why that stays so. */
export interface KnownDifference {
  /** `refused`: the case calls a built-in that no policy may call here. `wasm`: no host of a compiled policy can do better. */
  readonly kind: 'refused' | 'wasm';
  readonly explanation: string;
  readonly notes: readonly string[];
}

/** The whole list. A case in it that passes fails the run. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    kind: 'refused',
    explanation: 'http.send: a decision must not wait for, or be decided by, another server',
    notes: ['invalidkeyerror/invalid keys', 'invalidkeyerror/missing keys'],
  },
  {
    kind: 'refused',
    explanation: 'net.lookup_ip_addr: a decision must not wait for the name service',
    notes: [
      'net.lookup_ip_addr/localhost',
      'net.lookup_ip_addr/simple ip4 returns that ip4',
      'net.lookup_ip_addr/simple ip6 returns that ip6',
    ],
  },
  {
    kind: 'refused',
    explanation: 'opa.runtime: the environment and the configuration of the process are not for policies',
    notes: ['withkeyword/builtin-builtin: arity 0'],
  },
  {
    kind: 'refused',
    explanation: 'rego.parse_module: the parser is in the compiler service, which no evaluation calls',
    notes: ['regoparsemodule/error', 'regoparsemodule/ok'],
  },
];
