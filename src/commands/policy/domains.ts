import { POLICY_ARGS, POLICY_FLAGS } from '../../cli/flags.js';
import { LocalPolicyCommand } from '../../cli/local-policy-command.js';
import { readData } from '../../gateway/read-data.js';

interface Firewall {
  readonly default_action?: string;
  readonly allowed_ports?: readonly number[];
  readonly blocked_destinations?: readonly string[];
  readonly allowed_domains?: readonly string[];
}

export default class PolicyDomains extends LocalPolicyCommand {
  static override summary = 'Show which destinations the firewall data allows and blocks';
  static override examples = ['<%= config.bin %> policy domains ./policies'];
  static override args = POLICY_ARGS;
  static override flags = POLICY_FLAGS;

  async run(): Promise<Firewall> {
    const { args, flags } = await this.parse(PolicyDomains);
    const { document } = await this.withPolicy({ args, flags }, ({ parts }) => readData(parts));
    const { firewall = {} } = document as { readonly firewall?: Firewall };
    this.log(`Default action: ${firewall.default_action ?? 'deny'}`);
    this.log(`Allowed ports:  [${(firewall.allowed_ports ?? []).join(' ')}]`);
    this.#list('Blocked destinations:', firewall.blocked_destinations, this.paint('red', '-'));
    this.#list('Allowed domains:', firewall.allowed_domains, this.paint('green', '+'));
    return firewall;
  }

  #list(title: string, items: readonly string[] = [], mark: string): void {
    this.log(title);
    for (const item of items) this.log(`  ${mark} ${item}`);
    if (items.length === 0) this.log('  (none)');
  }
}
