import { createPolicyEngine, loadConfig, silentLog } from '../../src/index.js';

const SECONDS = 2;
/** Requests under way at the same time: enough to keep a worker busy over the message round trip. */
const IN_FLIGHT = 64;

/** Evaluations a second through the worker pool, without HTTP. */
export async function workerRate(policyDir: string, entrypoint: string, input: unknown): Promise<number> {
  const config = loadConfig({ env: {}, flags: { policy_dir: policyDir } });
  const parts = createPolicyEngine({ config, policyDir, log: silentLog });
  try {
    const outcome = await parts.engine.reload('boot');
    if (outcome.status !== 'reloaded') throw new Error(outcome.error?.message ?? outcome.status);
    const bytes = Buffer.from(JSON.stringify(input));
    let done = 0;
    const end = performance.now() + SECONDS * 1000;
    const client = async (): Promise<void> => {
      while (performance.now() < end) {
        await parts.engine.evaluate({ entrypoint, input: bytes });
        done++;
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, client));
    return Math.round(done / SECONDS);
  } finally {
    await parts.close();
  }
}
