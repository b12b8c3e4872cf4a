import type { FactSheet } from './fact-sheet.js';
import type { Parsed } from './options.js';
import type { Invocation } from './reader.js';

/** Those that ask a cluster for what a manifest says. */
export const CLIENTS: ReadonlySet<string> = new Set(['kubectl', 'oc', 'k3s', 'microk8s.kubectl', 'minikube']);
const VERBS: ReadonlySet<string> = new Set(['apply', 'create', 'replace', 'run', 'patch', 'debug']);

/** What lets a container at the machine below it: all its rights, its processes, or folders that are as good as all of them. */
const RIGHTS: readonly (readonly [string, RegExp])[] = [
  ['privileged', /\bprivileged\b["']?\s{0,32}:\s{0,32}["']?true\b/i],
  ['hostPID', /\bhostPID\b["']?\s{0,32}:\s{0,32}["']?true\b/i],
  [
    'hostPath',
    /\bhostPath\b["']?\s{0,32}:\s{0,32}\{?\s{0,32}(?:["']?type["']?\s{0,32}:\s{0,32}["']?\w{0,32}["']?,?\s{0,32})?["']?path["']?\s{0,32}:\s{0,32}["']?\/(?:etc|root|home|proc|var\/lib\/kubelet|(?:var\/)?run\/(?:docker|containerd\/containerd)\.sock)?\/?(?:["'\s,}]|$)/i,
  ],
];

/** Notes what a manifest asks for that a cluster is given on the input of its client, or in an option. */
export function noteManifest({ operands, values }: Parsed, { input, scope }: Invocation, sheet: FactSheet): void {
  if (!operands.some((word) => VERBS.has(word))) return;
  const given = ['overrides', 'patch', 'p'].flatMap((option) => values.get(option) ?? []);
  for (const text of [input?.text ?? '', ...given]) {
    const names = RIGHTS.filter(([, asked]) => asked.test(text)).map(([right]) => right);
    if (names.length > 0) sheet.code({ language: 'kubernetes', names, sure: scope.sure });
  }
}
