/** A built-in of OPA that no policy may call here. */
export interface RefusedBuiltin {
  readonly name: string;
  /** Why, as the diagnostic of a policy that calls it says. */
  readonly reason: string;
}

/** Refused by choice: everything else of the pinned OPA is native or hosted. */
export const refusedBuiltins: readonly RefusedBuiltin[] = [
  { name: 'http.send', reason: 'a decision must not wait for, or be decided by, another server: put what it answers into data or input' },
  {
    name: 'net.lookup_ip_addr',
    reason: 'a decision must not wait for the name service: resolve the name before asking and pass the addresses in input',
  },
  { name: 'opa.runtime', reason: 'the environment and configuration of the gateway, secrets among them, are not for policies' },
  { name: 'rego.parse_module', reason: 'the Rego parser lives in the compiler service and is not part of an evaluation' },
];
