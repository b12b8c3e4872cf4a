/** One rule: a head and its body; `elses` follow in order. */
export interface FuzzRule {
  readonly head: string;
  readonly body: readonly string[];
  readonly elses: readonly { readonly head: string; readonly body: readonly string[] }[];
}

/** Two modules (the second asks the first), base data and inputs. `NAME` stands for the number of the case. */
export interface FuzzCase {
  readonly seed: number;
  readonly rules: readonly FuzzRule[];
  readonly asking: readonly FuzzRule[];
  /** JSON texts: base data beside the rules of the first package, and on its own. */
  readonly beside: Readonly<Record<string, string>>;
  readonly alone: Readonly<Record<string, string>>;
  readonly inputs: readonly (string | undefined)[];
}

const PLACEHOLDER = /NAME/gu;

/** The modules of a case by path. */
export function modulesOf(found: FuzzCase, name: string): { path: string; text: string }[] {
  return [
    { path: `c${name}.rego`, text: render(`package c${name}`, found.rules, name) },
    { path: `e${name}.rego`, text: render(`package e${name}`, found.asking, name) },
  ].filter(({ text }) => text.includes('\n\n'));
}

/** The base document of a case, as members of the root. */
export function dataOf({ beside, alone }: FuzzCase, name: string): string[] {
  const object = (members: Readonly<Record<string, string>>): string =>
    `{${Object.entries(members)
      .map(([key, text]) => `${JSON.stringify(key)}:${text}`)
      .join(',')}}`;
  return [`"c${name}":${object(beside)}`, `"d${name}":${object(alone)}`];
}

/** What is asked of a case: both packages and every ground name in them. */
export function entrypointsOf({ rules, asking }: FuzzCase, name: string): string[] {
  const names = (list: readonly FuzzRule[]): string[] => [
    ...new Set(
      list
        .filter(({ head }) => !/^\w+\(/u.test(head.replace('default ', '')))
        .map(({ head }) => /^(?:default )?(\w+)/u.exec(head)?.[1] ?? ''),
    ),
  ];
  const paths = (pkg: string, list: readonly FuzzRule[]): string[] =>
    list.length === 0 ? [] : [pkg, ...names(list).map((rule) => `${pkg}/${rule}`)];
  return [...paths(`c${name}`, rules), ...paths(`e${name}`, asking)];
}

function render(pkg: string, rules: readonly FuzzRule[], name: string): string {
  const block = (head: string, body: readonly string[]): string =>
    body.length === 0 ? head : `${head} if {\n${body.map((line) => `\t${line}`).join('\n')}\n}`;
  const texts = rules.map(({ head, body, elses }) =>
    [block(head, body), ...elses.map((other) => block(` else := ${other.head}`, other.body))].join(''),
  );
  return [pkg, ...texts].join('\n\n').replace(PLACEHOLDER, name);
}
