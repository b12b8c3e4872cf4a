import { existsSync } from 'node:fs';
import { Flags } from '@oclif/core';
import { publicKeyText, parsePublicKey } from '../../audit/signing-key.js';
import { verifyTrail } from '../../audit/verify.js';
import type { Verification } from '../../audit/verify.js';
import { readBounded } from '../../config/bounded-file.js';
import { GatewayCommand } from '../../cli/base-command.js';
import { openTrail } from '../../cli/audit-trail.js';
import { readExport } from '../../cli/read-export.js';
import { count } from '../../cli/render-diagnostics.js';
import { wrapped } from '../../cli/fit.js';
import { configFromFlags } from '../../cli/settings.js';
import { ERRORS } from '../../errors.js';

/** A public key is some hundred bytes. */
const MAX_KEY_BYTES = 16 * 1024;

export default class AuditVerify extends GatewayCommand {
  static override summary = 'Prove that the audit trail is as it was written';
  static override description =
    'Names the first row that was changed, dropped, swapped or inserted, and a tail that was cut off. Works without a gateway: on the state file, or on an export with the public key. Rows after the last signed checkpoint are counted as not proven yet. Exit codes: 0 in order, 1 not, or nothing to verify.';
  static override examples = [
    '<%= config.bin %> audit verify',
    '<%= config.bin %> audit verify --file audit.jsonl --key audit.pub',
    {
      description: 'The trail has to reach the checkpoint that status showed',
      command: '<%= config.bin %> audit verify --expect 512:0123456789abcdef',
    },
  ];
  static override flags = {
    file: Flags.string({ description: 'An export of the whole trail instead of the state file' }),
    key: Flags.string({ description: 'Public key, or a file that holds it (default: that of the data folder)' }),
    expect: Flags.string({ description: 'A checkpoint that was shown by `status` or in the log' }),
  };

  async run(): Promise<Verification> {
    const { flags } = await this.parse(AuditVerify);
    const key = parsePublicKey(flags.key === undefined ? publicKeyText(configFromFlags(flags).paths.auditKey) : keyText(flags.key));
    const trail = flags.file === undefined ? openTrail(flags) : readExport(flags.file);
    try {
      const damage = 'damage' in trail ? trail.damage : undefined;
      const verification = verifyTrail({ rows: trail.rows(), checkpoints: trail.checkpoints(), key, expect: flags.expect, damage });
      const { rows, checkpoints, signedTo, unproven, fault } = verification;
      if (fault === undefined) {
        this.#tell(
          `${this.paint('green', '✓')} ${count(rows, 'row')} in order, ${count(checkpoints, 'checkpoint')}, signed up to row ${signedTo}`,
        );
        if (unproven > 0)
          this.#tell(`${this.paint('yellow', '!')} ${count(unproven, 'row')} after it not proven yet: no checkpoint speaks for them`);
      } else {
        this.#tell(`${this.paint('red', '✗')} ${fault.kind}: ${fault.message}`);
        this.endWith(ERRORS.tests_failed.exit);
      }
      return verification;
    } finally {
      trail.close();
    }
  }

  #tell(line: string): void {
    this.log(wrapped(line, 2, this.columns));
  }
}

function keyText(given: string): string {
  if (!existsSync(given)) return given;
  return Buffer.from(readBounded(given, MAX_KEY_BYTES) ?? []).toString('utf8');
}
