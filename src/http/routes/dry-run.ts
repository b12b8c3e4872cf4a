import type { ReloadOptions } from '../../engine/reload-request.js';
import { REVISION_HEADER, json, refused } from '../replies.js';
import { shortId } from '../../policy/source-set.js';
import type { Resource } from '../exchange.js';
import { askedReload } from './reload.js';

export interface DryRunRouteDeps {
  readonly policyDir: string | undefined;
  readonly dryRun: (options: ReloadOptions) => Promise<{ readonly serving: string | null }>;
}

/** POST /policy/dry-run: what POST /policy/reload with the same body would come to. 200 also for what would be rejected: `status` says so. */
export function dryRunResource({ policyDir, dryRun }: DryRunRouteDeps): Resource {
  return {
    path: '/policy/dry-run',
    methods: {
      POST: async (call) => {
        if (policyDir === undefined || policyDir === '') return refused(503, 'policy_dir not configured', 'policy_dir_missing');
        const report = await dryRun((await askedReload(call)).options);
        return json(200, report, report.serving === null ? {} : { [REVISION_HEADER]: shortId(report.serving) });
      },
    },
  };
}
