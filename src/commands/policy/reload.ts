import { hostname, userInfo } from 'node:os';
import { Flags } from '@oclif/core';
import { GatewayCommand } from '../../cli/base-command.js';
import { ADDRESS_FLAGS } from '../../cli/flags.js';
import { openGateway } from '../../cli/open-gateway.js';
import { renderDiagnostics } from '../../cli/render-diagnostics.js';
import { ERRORS } from '../../errors.js';
import type { Diagnostic } from '../../policy/diagnostic.js';

export default class PolicyReload extends GatewayCommand {
  static override summary = 'Make a running gateway reload its policies now';
  static override description = `Prints the gateway's answer. Exit codes: 0 reloaded or unchanged, ${ERRORS.policy_rejected.exit} rejected, ${ERRORS.gateway_unreachable.exit} unreachable, ${ERRORS.token_missing.exit} no or wrong token.`;
  static override examples = [
    '<%= config.bin %> policy reload',
    '<%= config.bin %> policy reload --force',
    '<%= config.bin %> policy reload --port 19000 --json',
  ];
  static override flags = {
    ...ADDRESS_FLAGS,
    force: Flags.boolean({
      description: 'Swap although a gate (tests, coverage, a data schema) refuses; never past a compile error. Kept in the audit trail.',
    }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(PolicyReload);
    const { status, body } = await openGateway(flags).call('POST', '/policy/reload', {
      by: whoAmI(),
      ...(flags.force ? { force: true } : {}),
    });
    if (status === 200) {
      this.log(JSON.stringify(body, undefined, 2));
      return body;
    }
    this.endWith(ERRORS.policy_rejected.exit);
    const diagnostics = diagnosticsOf(body);
    if (diagnostics.length > 0) this.logToStderr(renderDiagnostics(diagnostics, this.paintError));
    this.logToStderr(`${this.paintError('red', 'Error:')} reload failed (HTTP ${status}): ${messageOf(body)}`);
    return body;
  }
}

/** A process without an entry in the user database (a container with a bare uid) has a number for a name. */
function whoAmI(): string {
  const host = hostname();
  try {
    return `${userInfo().username}@${host}`;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}@${host}`;
  }
}

function diagnosticsOf(body: unknown): readonly Diagnostic[] {
  const found = typeof body === 'object' && body !== null && 'diagnostics' in body ? body.diagnostics : undefined;
  return Array.isArray(found) ? (found as readonly Diagnostic[]) : [];
}

function messageOf(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string') return body.error;
  return typeof body === 'string' ? body : JSON.stringify(body);
}
