import { Args } from '@oclif/core';
import { POLICY_ARGS, POLICY_FLAGS } from '../../cli/flags.js';
import { LocalPolicyCommand } from '../../cli/local-policy-command.js';
import { QUERY_FLAGS, queryOptions } from '../../cli/query-flags.js';
import { renderAside, renderDifference, renderSolutions } from '../../cli/render-query.js';
import { ERRORS } from '../../errors.js';
import { evaluateQuery } from '../../gateway/evaluate-query.js';
import type { QueryAnswer } from '../../gateway/evaluate-query.js';
import { readSources } from '../../gateway/read-sources.js';

/** The answer with its solutions as values. */
type PrintedAnswer = Omit<QueryAnswer, 'json'> & { readonly solutions: unknown };

export default class PolicyEval extends LocalPolicyCommand {
  static override summary = 'Evaluate any query on a policy folder, without a gateway';
  static override description =
    "Answers with the engine that serves and with OPA's interpreter, and fails when they disagree. Exit codes: 0 answered (undefined is an answer), 1 the evaluation failed or the engines disagree, 2 usage.";
  static override examples = [
    '<%= config.bin %> policy eval data.defenseclaw.firewall.action --input request.json',
    `<%= config.bin %> policy eval 'some x in data.app.users; startswith(x, "a")' ./policies`,
    '<%= config.bin %> policy eval data.app.allow --input - --explain fails < request.json',
  ];
  static override args = {
    query: Args.string({ required: true, ignoreStdin: true, description: 'A Rego query' }),
    ...POLICY_ARGS,
  };
  static override flags = { ...POLICY_FLAGS, ...QUERY_FLAGS };

  async run(): Promise<PrintedAnswer> {
    const { args, flags } = await this.parse(PolicyEval);
    const options = await queryOptions(flags);
    const answer = await this.withPolicy({ args, flags }, async ({ parts }) =>
      evaluateQuery(parts, await readSources(parts), args.query, options),
    );
    this.#show(answer);
    const { json, ...beside } = answer;
    return { solutions: JSON.parse(json) as unknown, ...beside };
  }

  #show(answer: QueryAnswer): void {
    for (const line of renderAside(answer, this.paintError)) this.logToStderr(line);
    if (answer.error !== undefined) {
      const { code, message, location } = answer.error;
      const place = location === undefined || location.file === '' ? '' : `${location.file}:${location.row}:${location.col}: `;
      this.logToStderr(`${this.paintError('red', 'Error:')} ${place}${message} ${this.paintError('dim', `[${code}]`)}`);
      this.endWith(ERRORS.evaluation_failed.exit);
      return;
    }
    this.log(renderSolutions(answer.json, this.paint));
    if (answer.agree !== false) return;
    this.logToStderr(renderDifference(answer, this.paintError));
    this.endWith(ERRORS.tests_failed.exit);
  }
}
