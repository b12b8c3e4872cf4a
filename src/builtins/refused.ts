/** A built-in of OPA that policies may not call here. */
export interface RefusedBuiltin {
  readonly name: string;
  /** Why, as the diagnostic of a policy that calls it says. */
  readonly reason: string;
  /** It reaches out of the process or tells of its surroundings: the configuration may name it, and then policies may call it. */
  readonly allowable: boolean;
}

/** Refused by choice: everything else of the pinned OPA is native or hosted. Those that the configuration allows are hosted too. */
export const refusedBuiltins: readonly RefusedBuiltin[] = [
  {
    name: 'http.send',
    reason: 'a decision must not wait for, or be decided by, another server: put what it answers into data or input',
    allowable: true,
  },
  {
    name: 'net.lookup_ip_addr',
    reason: 'a decision must not wait for the name service: resolve the name before asking and pass the addresses in input',
    allowable: true,
  },
  {
    name: 'opa.runtime',
    reason: 'the environment and configuration of the gateway, secrets among them, are not for policies',
    allowable: true,
  },
  {
    name: 'rego.parse_module',
    reason: 'the Rego parser lives in the compiler service and is not part of an evaluation',
    allowable: false,
  },
];
