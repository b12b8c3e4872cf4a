import { added } from '../domains/reason.js';
import { GatewayError } from '../errors.js';
import { decidedBy } from '../evaluator/marks.js';
import type { LocalPolicy } from './local-policy.js';

/** One decision of a policy folder that is served to this process. Throws `evaluation_*`. */
export async function decideLocally({ parts }: Pick<LocalPolicy, 'parts'>, entrypoint: string, input: unknown): Promise<unknown> {
  const decision = await parts.engine.evaluate({ entrypoint, input: Buffer.from(JSON.stringify(input)) });
  if (decision.result === undefined)
    throw new GatewayError('evaluation_failed', `data.${entrypoint.replaceAll('/', '.')} is undefined for this input`);
  const document: unknown = JSON.parse(decision.result);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return document;
  const said = publicPart(document as Readonly<Record<string, unknown>>);
  const meaning = decidedBy(decision.marks, entrypoint)?.meaning;
  return meaning === undefined ? said : { ...said, ...added(said, meaning) };
}

/** Rules whose names begin with `_` are a policy's own business. */
function publicPart(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !name.startsWith('_')));
}
