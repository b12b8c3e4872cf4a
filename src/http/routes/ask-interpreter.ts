import type { EvaluationQuery, QueryResult } from '../../compiler/query-protocol.js';
import type { Call, Reply } from '../exchange.js';
import { onRevision } from '../on-revision.js';
import type { OpaDeps } from '../opa/deps.js';
import { opaError } from '../opa/errors.js';
import { evaluationFailure } from '../opa/interpreter.js';
import { withHeader } from '../replies.js';

/** Names who answered, where it was not the engine that serves. */
const ENGINE_HEADER = 'X-Policy-Engine';

/** Has OPA's interpreter answer a request on the sources and the data of the revision that serves. The query is somebody's own. */
export async function askInterpreter<Asked extends EvaluationQuery>(
  opa: OpaDeps,
  call: Call,
  read: () => Promise<Asked>,
  answer: (result: QueryResult, asked: Asked) => Reply,
): Promise<Reply> {
  const { interpret } = opa.deps;
  if (interpret === undefined) return opaError(501, 'invalid_operation', 'no interpreter is here');
  const asked = await read();
  const reply = await onRevision(opa, call, async ({ revision }) => answer(await interpret(revision, asked, { adHoc: true }), asked));
  return withHeader(reply, ENGINE_HEADER, 'interpreter');
}

/** A query that is wrong is the request's fault, with the place in it; what the policy did with a good one is not. */
export function refusal(error: NonNullable<QueryResult['error']>, what: string): Reply {
  const { code, message, location } = error;
  if (!code.startsWith('rego_')) throw evaluationFailure(error);
  const doing = code === 'rego_parse_error' ? 'parsing query' : `compiling ${what}`;
  const cause = {
    code,
    message,
    ...(location === undefined ? {} : { location: { file: location.file, row: location.row, col: location.col } }),
  };
  return opaError(400, 'invalid_parameter', `error(s) occurred while ${doing}`, [cause]);
}
