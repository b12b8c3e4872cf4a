import { added } from '../domains/reason.js';
import { GatewayError } from '../errors.js';
import { decidedBy } from '../evaluator/marks.js';
import { createExplain } from '../gateway/explain.js';
import { createInterpreter } from '../gateway/interpret.js';
import { explainAgain } from '../gateway/explain-again.js';
import type { ExplainedDecision } from '../gateway/explain-again.js';
import type { LocalPolicy } from './local-policy.js';

/** A decision of a policy folder. */
export interface LocalDecision {
  /** What the rules say, but for the private ones, with the reason that the METADATA of the rule that decided gives. */
  readonly decision: unknown;
  /** The decision made again by OPA's interpreter. Absent unless it was asked for. */
  readonly why?: ExplainedDecision;
}

/** One decision of a policy folder that is served to this process, explained if need be. Throws `evaluation_*`. */
export async function decideLocally(
  { parts }: Pick<LocalPolicy, 'parts'>,
  entrypoint: string,
  input: unknown,
  explained = false,
): Promise<LocalDecision> {
  const bytes = Buffer.from(JSON.stringify(input));
  const lease = parts.engine.lease();
  try {
    const { result, marks } = await lease.evaluate({ entrypoint, input: bytes });
    const path = entrypoint.split('/');
    const why = explained
      ? await explainAgain(
          createExplain(createInterpreter(parts.compiler)),
          lease.revision,
          { path, input: bytes, strictBuiltinErrors: false },
          result,
        )
      : undefined;
    if (result === undefined) throw new GatewayError('evaluation_failed', `data.${path.join('.')} is undefined for this input`);
    return { decision: publicPart(JSON.parse(result), decidedBy(marks, entrypoint)?.meaning), ...(why === undefined ? {} : { why }) };
  } finally {
    lease.release();
  }
}

/** Rules whose names begin with `_` are a policy's own business. */
function publicPart(document: unknown, meaning: Parameters<typeof added>[1] | undefined): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return document;
  const said: Record<string, unknown> = Object.fromEntries(Object.entries(document).filter(([name]) => !name.startsWith('_')));
  return meaning === undefined ? said : { ...said, ...added(said, meaning) };
}
