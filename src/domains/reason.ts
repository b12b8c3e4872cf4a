import type { Meaning } from '../evaluator/marks.js';
import { isRecord } from '../is-record.js';
import type { DomainAnswer } from './domain.js';

/**
 * The answer with what the METADATA of the rule that decided says of it: `do_instead`, and a `reason` where the answer has none of its own.
 * Nothing that was there changes.
 */
export function withReason({ status, body }: DomainAnswer, meaning: Meaning | undefined): DomainAnswer {
  if (meaning === undefined || status !== 200) return { status, body };
  const { data } = body;
  return { status, body: isRecord(data) ? { ...body, data: { ...data, ...added(data, meaning) } } : { ...body, ...added(body, meaning) } };
}

/** The members that a decision gets. */
export function added(to: Readonly<Record<string, unknown>>, { title, description, doInstead }: Meaning): Readonly<Record<string, string>> {
  const reason = [title, description].filter((text) => text !== undefined).join(': ');
  const own = to['reason'];
  return {
    ...((own === undefined || own === '') && reason !== '' ? { reason } : {}),
    ...(doInstead === undefined ? {} : { do_instead: doInstead }),
  };
}
