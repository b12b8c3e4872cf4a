import * as z from 'zod';
import { JudgeFailure } from './failure.js';
import type { KindPolicy } from './judge-policy.js';

/** What a label judge says about one category. */
export interface LabelAnswer {
  readonly label: boolean;
  readonly strength: 'strong_signal' | 'signal' | 'needs_review' | 'weak_signal' | undefined;
}

/** Finds of one category that are looked at: a list that is longer says nothing more. */
const MAX_ENTITIES = 100;
const MAX_ENTITY_LENGTH = 512;

const label = z
  .looseObject({
    label: z.boolean(),
    signal_strength: z.enum(['strong_signal', 'signal', 'needs_review', 'weak_signal']).optional().catch(undefined),
  })
  .transform((value): LabelAnswer => ({ label: value.label, strength: value.signal_strength }));

const entities = z
  .looseObject({ detection_result: z.boolean(), entities: z.array(z.string()).nullish() })
  .transform((value): readonly string[] =>
    value.detection_result ? (value.entities ?? []).slice(0, MAX_ENTITIES).filter(({ length }) => length <= MAX_ENTITY_LENGTH) : [],
  );

/** Answers by category, of those that the model spoke of. Throws {@link JudgeFailure} `parse` when the text has another form. */
export function readLabels(text: string, policy: KindPolicy): ReadonlyMap<string, LabelAnswer> {
  return readAnswer(text, policy, label);
}

/** Finds by category. Throws {@link JudgeFailure} `parse`. */
export function readEntities(text: string, policy: KindPolicy): ReadonlyMap<string, readonly string[]> {
  return readAnswer(text, policy, entities);
}

function readAnswer<T>(text: string, policy: KindPolicy, shape: z.ZodType<T>): ReadonlyMap<string, T> {
  const document = parseJson(text);
  const byName = new Map(Object.entries(document).map(([key, value]) => [fold(key), value]));
  const answers = new Map<string, T>();
  for (const { name, enabled } of policy.categories) {
    const value = byName.get(fold(name));
    if (!enabled || value === undefined) continue;
    const parsed = shape.safeParse(value);
    if (!parsed.success)
      throw new JudgeFailure('parse', `the answer about ${name} has another form than asked for`, { cause: parsed.error });
    answers.set(name, parsed.data);
  }
  // An object that speaks of no category is an echo or small talk, and no "nothing found".
  if (answers.size === 0) throw new JudgeFailure('parse', 'the answer speaks of no category');
  return answers;
}

function parseJson(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(unfence(text));
  } catch (cause) {
    throw new JudgeFailure('parse', 'the answer is no JSON', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new JudgeFailure('parse', 'the answer is no JSON object');
  return value as Record<string, unknown>;
}

/** The inside of a text that is one fenced block and nothing else; any other text as it is. */
function unfence(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('```') || !trimmed.endsWith('```')) return trimmed;
  const firstLine = trimmed.indexOf('\n');
  return firstLine < 0 ? trimmed : trimmed.slice(firstLine + 1, -3);
}

function fold(name: string): string {
  return name.trim().toLowerCase();
}
