import { once } from 'node:events';
import type { Diagnostic } from '../policy/diagnostic.js';
import type { SourceSet } from '../policy/source-set.js';
import { startWorker } from '../start-worker.js';
import type { DescribedData } from './find-violations.js';

/** Heap of the thread in MiB: parsed data takes some ten times its text. */
const MAX_HEAP_MB = 2048;

/**
 * Holds the schemas of a source set against its data, on a thread that ends with the work: a pattern may backtrack for ever, and data may be
 * large. What takes longer than the bound, or more memory than there is, is a finding.
 */
export async function checkSchemas({ data, overlays, schemas }: SourceSet, timeoutMs: number): Promise<readonly Diagnostic[]> {
  if (schemas.length === 0) return [];
  const worker = startWorker(
    { name: 'schema', resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } },
    new URL('./schema-worker.js', import.meta.url),
  );
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const replied = once(worker, 'message', { signal: late }) as Promise<[readonly Diagnostic[]]>;
    const request: DescribedData = { data, overlays, schemas };
    worker.postMessage(request);
    const [found] = await replied;
    return found;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    const message = late.aborted
      ? `the data was not held against its schemas within ${timeoutMs} ms (gates.timeout)`
      : `the data could not be held against its schemas: ${reason}`;
    return [{ severity: 'error', code: 'policy_schema_failed', message }];
  } finally {
    await worker.terminate();
  }
}
