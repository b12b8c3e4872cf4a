import path from 'node:path';
import { Flags } from '@oclif/core';
import { POLICY_ARGS, POLICY_FLAGS } from '../../cli/flags.js';
import { LocalPolicyCommand } from '../../cli/local-policy-command.js';
import { count } from '../../cli/render-diagnostics.js';
import { SIGNING_FLAGS, signingFrom } from '../../cli/signing-flags.js';
import { systemErrorCode } from '../../config/bounded-file.js';
import { writeAtomically } from '../../config/atomic-write.js';
import { GatewayError } from '../../errors.js';
import { packBundle } from '../../gateway/pack-bundle.js';
import { shortId } from '../../policy/source-set.js';

/** What was written. */
interface Built {
  readonly file: string;
  readonly bytes: number;
  readonly revision: string;
  readonly modules: number;
  readonly signed: boolean;
}

/** As of any file that others are to read. */
const READABLE = 0o644;

export default class PolicyBuild extends LocalPolicyCommand {
  static override summary = 'Make an OPA bundle of a policy folder';
  static override description =
    'Compiles and checks the folder as a start would, then writes its modules and its merged data as one of the bundles that OPA serves: `opa run -s -b bundle.tar.gz`. Tests, schemas, judge files and rule packs stay out. Signed with --signing-key, it can be verified: `opa run -s -b bundle.tar.gz --verification-key public.pem`.';
  static override examples = [
    '<%= config.bin %> policy build -o bundle.tar.gz',
    '<%= config.bin %> policy build ./policies --signing-key private.pem',
    '<%= config.bin %> policy build --signing-key private.pem --signing-alg ES256 --revision "$(git rev-parse HEAD)"',
  ];
  static override args = POLICY_ARGS;
  static override flags = {
    ...POLICY_FLAGS,
    ...SIGNING_FLAGS,
    output: Flags.string({ char: 'o', default: 'bundle.tar.gz', helpValue: 'FILE', description: 'Where the bundle is written' }),
    revision: Flags.string({ char: 'r', description: 'What the bundle calls its state (default: the id of the revision)' }),
  };

  async run(): Promise<Built> {
    const { args, flags } = await this.parse(PolicyBuild);
    const signing = signingFrom(flags);
    return this.withEngine({ args, flags }, async ({ parts: { compiler, engine } }) => {
      const revision = engine.current;
      if (revision === undefined) throw new GatewayError('evaluation_no_revision', 'there is nothing to make a bundle of');
      const bytes = await this.whileWaiting(packBundle(compiler, revision, { name: flags.revision, signing }), 'writing the bundle');
      await write(flags.output, bytes);
      const built = {
        file: flags.output,
        bytes: bytes.byteLength,
        revision: flags.revision ?? revision.id,
        modules: revision.source.modules.length,
        signed: signing !== undefined,
      };
      this.#tell(built, shortId(revision.id));
      return built;
    });
  }

  #tell({ file, bytes, modules, signed }: Built, id: string): void {
    const kind = signed ? 'signed bundle' : 'bundle';
    this.log(`${this.paint('green', '✓')} ${file}: ${kind} of revision ${id}, ${count(modules, 'module')}, ${bytes} bytes`);
  }
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeAtomically(path.resolve(file), bytes, READABLE);
  } catch (cause) {
    const hint = 'Name a file in a folder that is there and can be written.';
    throw new GatewayError('output_failed', `cannot write ${file}: ${systemErrorCode(cause) ?? String(cause)}`, { cause, hint });
  }
}
