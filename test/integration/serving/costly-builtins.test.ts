import { describe, expect, it } from 'vitest';
import { connect } from '../../helpers/connections.js';
import { startTestGateway } from '../../helpers/gateway.js';
import { markerModule } from '../../helpers/policies.js';
import { tempDir } from '../../helpers/temp-dir.js';

const POLICY = `package costly

matches := count(net.cidr_contains_matches(input.c, input.c))

valid := graphql.is_valid(input.query, "type Query { a: Query c: Int }")

paths := count(graph.reachable_paths(input.graph, ["v0"]))

text := count(strings.render_template("{{range .l}}{{range $.l}}{{range $.l}}{{range $.l}}{{.}}{{end}}{{end}}{{end}}{{end}}", {"l": input.l}))
`;

const NAMES = Array.from({ length: 26 }, (_, index) => `v${index}`);

/** Each would take a worker far longer than the deadline. */
const COSTLY: Readonly<Record<string, unknown>> = {
  matches: { c: Array.from({ length: 20_000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`) },
  paths: { graph: Object.fromEntries(NAMES.map((name) => [name, NAMES.filter((other) => other !== name)])) },
  text: { l: Array.from({ length: 200 }, (_, index) => index) },
};

describe('built-ins that take long, asked for from serving processes', () => {
  it.each(Object.keys(COSTLY))('%s ends as evaluation_timeout, while decisions on other connections are made', async (rule) => {
    const dir = await tempDir({ 'policy.rego': markerModule('one'), 'costly.rego': POLICY });
    const gateway = await startTestGateway(dir, {
      'gateway.watcher.enabled': false,
      'http.processes': 2,
      'evaluation.timeout': '500ms',
    });
    const neighbours = Array.from({ length: 4 }, () => connect(gateway.url));
    const { ask } = connect(gateway.url);
    const state = { over: false };
    const costly = ask('POST', `/v1/data/costly/${rule}`, JSON.stringify({ input: COSTLY[rule] })).finally(() => (state.over = true));
    let decided = 0;
    while (!state.over) {
      expect(await Promise.all(neighbours.map(({ marker }) => marker()))).toEqual(neighbours.map(() => 'one'));
      decided += 1;
    }
    const { status, text } = await costly;
    expect({ status, text }).toMatchObject({ status: 500, text: expect.stringContaining('within 500 ms') as string });
    expect(decided).toBeGreaterThan(0);
    const { serving } = (await gateway.call('GET', '/status')).json() as { readonly serving: { readonly replaced: number } };
    expect(serving.replaced).toBe(0);
  });

  it('selections that overlap too much to be compared are no invalid query', async () => {
    const dir = await tempDir({ 'policy.rego': markerModule('one'), 'costly.rego': POLICY });
    const gateway = await startTestGateway(dir, { 'gateway.watcher.enabled': false, 'http.processes': 1, 'evaluation.timeout': '20s' });
    const { ask } = connect(gateway.url);
    const query = `{${'a{c} '.repeat(3000)}}`;
    const { status, text } = await ask('POST', '/v1/data/costly/valid', JSON.stringify({ input: { query } }));
    expect({ status, text }).toMatchObject({ status: 500, text: expect.stringContaining('too many fields of one name') as string });
    const { serving } = (await gateway.call('GET', '/status')).json() as { readonly serving: { readonly forwarded: number } };
    expect(serving.forwarded).toBeGreaterThan(0);
  });
});
