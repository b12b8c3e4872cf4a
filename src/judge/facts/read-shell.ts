import { forEachChild } from 'unbash';
import type { Assignment, Command, Redirection, Script, SyntaxNode, Word } from 'unbash';
import { isCommandVariable } from './carried.js';
import { expandParts, expandText, expandWord, NO_SUBSTITUTIONS, plainValue, plainWords, PRINTED_FILE } from './expand.js';
import type { Expanded, Substitution } from './expand.js';
import type { FactSheet } from './fact-sheet.js';
import { parseShell } from './parse-shell.js';
import { hostOf, isPath, normalPath } from './paths.js';
import { runArgv } from './run-argv.js';
import { MAX_ARGV } from './reader.js';
import type { Invocation } from './reader.js';
import { both, bounded, joined, MAX_DEPTH, MAX_TEXT, NOTHING, scopeWith, UNKNOWN, united } from './scope.js';
import type { Output, Scope } from './scope.js';

/** Values of a loop variable that are tried. */
const MAX_ROUNDS = 4;

/** Notes on the sheet what shell programs would do, without running anything of them. */
export class ShellReader {
  readonly sheet: FactSheet;

  constructor(sheet: FactSheet) {
    this.sheet = sheet;
  }

  /** A whole call, parsed. */
  script(script: Script, scope: Scope): void {
    // What it leaves behind is for nobody.
    for (const command of script.commands) this.#node(command, scope, undefined);
    if (scope.puts.left < 0) this.sheet.cut();
  }

  /** A program text inside another; `input` is what stands on its standard input. */
  program(text: string, scope: Scope, input: Output | undefined): Output {
    if (this.#isTooDeep(scope)) return UNKNOWN;
    if (!this.sheet.takesProgram(text.length)) return UNKNOWN;
    return this.#node(parseShell(text, this.sheet), scopeWith(scope, { depth: scope.depth + 1 }), input);
  }

  /** A command, word by word. */
  argv(argv: readonly string[], scope: Scope, input: Output | undefined): Output {
    return runArgv({ first: argv[0] ?? '', words: argv.slice(1), scope, input, substitutions: NO_SUBSTITUTIONS }, this);
  }

  /** What stands in a word; it is parsed when it is asked for. */
  readonly #run = (part: { readonly script: SyntaxNode | undefined }, scope: Scope): Output => {
    if (this.#isTooDeep(scope) || part.script === undefined) return UNKNOWN;
    return this.#node(part.script, scopeWith(scope, { depth: scope.depth + 1 }), undefined);
  };

  #isTooDeep({ depth }: Scope): boolean {
    if (depth > MAX_DEPTH) this.sheet.cut();
    return depth > MAX_DEPTH;
  }

  #all(nodes: readonly SyntaxNode[], scope: Scope, input: Output | undefined): Output {
    const first = nodes[0];
    if (first === undefined) return NOTHING;
    let output = this.#node(first, scope, input);
    for (let at = 1; at < nodes.length; at++) {
      const node = nodes[at];
      if (node !== undefined) output = both(output, this.#node(node, scope, input));
    }
    return output;
  }

  #node(node: SyntaxNode, scope: Scope, input: Output | undefined): Output {
    switch (node.type) {
      case 'Script':
      case 'CompoundList':
      case 'AndOr':
        return this.#all(node.commands, scope, input);
      case 'Statement':
        return this.#node(node.command, scope, input);
      case 'Pipeline': {
        let last = input;
        const piped = node.commands.length > 1 ? scopeWith(scope, { piped: true }) : scope;
        for (const command of node.commands) last = this.#stage(command, piped, last);
        return last ?? NOTHING;
      }
      case 'Command':
        return this.#command(node, scope, input);
      case 'Redirected': {
        const inner = this.#redirects(node.redirects, scope, input);
        const output = this.#node(node.command, scope, inner.input);
        return this.#written(output, inner.writes);
      }
      case 'Subshell':
      case 'BraceGroup':
        return this.#node(node.body, scope, input);
      case 'Function':
        scope.functions.set(node.name.value, node.body);
        return this.#node(node.body, scopeWith(scope, { inside: node.name.value, piped: false }), undefined);
      case 'For':
      case 'Select':
        return this.#loop(node.name.value, node.wordlist ?? [], node.body, scope);
      default:
        return this.#children(node, scope, input);
    }
  }

  /** By itself: what it gives to a function would be put aside for each command, too. */
  #children(node: SyntaxNode, scope: Scope, input: Output | undefined): Output {
    const outputs: Output[] = [];
    forEachChild(node, (child) => {
      if (child.type === 'Word') for (const output of this.#substitutionsOf(child, scope)) outputs.push(output);
      else outputs.push(this.#node(child, scope, input));
    });
    return { ...joined(outputs), text: undefined };
  }

  /** A stage of a pipeline keeps the names of those before it. */
  #stage(command: SyntaxNode, scope: Scope, input: Output | undefined): Output {
    const output = this.#node(command, scope, input);
    if (input === undefined) return output;
    return { names: united(input.names, output.names), reads: united(input.reads, output.reads), text: output.text };
  }

  #substitutionsOf(word: Word, scope: Scope): readonly Output[] {
    return this.#expand(word, scope).substitutions.map(({ output }) => output);
  }

  #loop(name: string, words: readonly Word[], body: SyntaxNode, scope: Scope): Output {
    const values = words.slice(0, MAX_ROUNDS).flatMap((word) => this.#expand(word, scope).fields);
    for (const [round, value] of values.slice(0, MAX_ROUNDS).entries()) {
      if (round > 0 && !this.sheet.takesStep()) break;
      scope.variables.set(name, value);
      this.#node(body, scope, undefined);
    }
    if (values.length === 0) this.#node(body, scope, undefined);
    return UNKNOWN;
  }

  #command(node: Command, scope: Scope, input: Output | undefined): Output {
    const { name, prefix, args } = node;
    const substitutions: Substitution[] = [];
    for (const part of this.#atMost(prefix)) {
      if (part.type === 'Assignment') for (const substitution of this.#assign(part, scope)) substitutions.push(substitution);
    }
    const isDirected = args.length < node.suffix.length || prefix.some(({ type }) => type !== 'Assignment');
    const redirects = isDirected ? this.#redirects(node.redirects, scope, input) : { input, writes: NO_WRITES };
    let first = name === undefined ? undefined : plainValue(name);
    let words = first === undefined || args.length >= MAX_ARGV ? undefined : plainWords(args);
    if (words === undefined) [first, ...words] = this.#words(node, scope, substitutions);
    if (first === undefined) return this.#written(joined(substitutions.map(({ output }) => output)), redirects.writes);
    const output = this.#invoke({ first, words, scope, input: redirects.input, substitutions });
    this.#sockets(output, redirects);
    return this.#written(output, redirects.writes);
  }

  /** Words of which some do not stand for themselves. */
  #words({ name, args }: Command, scope: Scope, substitutions: Substitution[]): readonly string[] {
    const argv: string[] = [];
    if (name === undefined) return argv;
    this.#word(name, scope, argv, substitutions);
    for (const word of args) {
      if (argv.length > MAX_ARGV && !SUBSTITUTES.test(word.text)) continue;
      this.#word(word, scope, argv, substitutions);
    }
    return argv;
  }

  #word(word: Command['args'][number], scope: Scope, argv: string[], substitutions: Substitution[]): void {
    if (word.type !== 'Word') {
      argv.push(word.text);
      for (const substitution of this.#assign(word, scope)) substitutions.push(substitution);
      return;
    }
    const plain = plainValue(word);
    if (plain !== undefined) {
      argv.push(plain);
      return;
    }
    const expanded = this.#expand(word, scope);
    argv.push(...expanded.fields);
    // One by one: a word may hold more of them than a call takes arguments.
    for (const substitution of expanded.substitutions) substitutions.push(substitution);
  }

  #expand(word: Word, scope: Scope): Expanded {
    const expanded = expandWord(word, scope, this.#run);
    if (expanded.cut === true) this.sheet.cut();
    return expanded;
  }

  #invoke(invocation: Invocation): Output {
    const { first, words, scope } = invocation;
    const body = scope.functions.get(first);
    if (body === undefined) return runArgv(invocation, this);
    if (scope.inside === first) {
      if (scope.piped) this.sheet.recursion(first);
      return { names: [first], reads: [], text: undefined };
    }
    if (this.#isTooDeep(scope) || !this.sheet.takesStep()) return { names: [first], reads: [], text: undefined };
    const variables = new Map(scope.variables);
    for (const [index, word] of words.slice(0, 9).entries()) variables.set(String(index + 1), word);
    variables.set('@', words.join(' ')).set('*', words.join(' '));
    return this.#node(body, scopeWith(scope, { variables, inside: first, piped: false, depth: scope.depth + 1 }), invocation.input);
  }

  #assign({ name, value }: Assignment, scope: Scope): readonly Substitution[] {
    if (value.type === 'ArrayValue') {
      const all = value.elements.map((word) => expandText(word, scope, this.#run));
      scope.variables.set(
        `${name}[@]`,
        all
          .flatMap(({ fields }) => fields)
          .join(' ')
          .slice(0, MAX_TEXT),
      );
      return all.flatMap(({ substitutions }) => substitutions);
    }
    const { fields, substitutions } = expandText(value, scope, this.#run);
    const [only] = substitutions;
    if (only?.isWhole === true) scope.origins.set(name, only.output);
    else scope.origins.delete(name);
    const known = bounded(fields.join(' '));
    if (known !== undefined && name !== 'IFS') scope.variables.set(name, known);
    if (known !== undefined && isCommandVariable(name))
      this.program(known.replace(/^\|/, ''), scopeWith(scope, { via: [...scope.via, name] }), undefined);
    return substitutions;
  }

  #redirects(redirects: readonly Redirection[], scope: Scope, input: Output | undefined): Redirects {
    let from = input;
    const writes: string[] = [];
    for (const redirect of this.#atMost(redirects)) {
      if (redirect.type === 'HereDoc') {
        const { body } = redirect;
        from = { names: [], reads: [], text: bounded(body.parts === undefined ? body.text : expandParts(body.parts, scope, this.#run)) };
        continue;
      }
      if (redirect.target === undefined) continue;
      const { target, inner } = this.#target(redirect.target, scope);
      if (redirect.type === 'HereString') from = { names: inner.names, reads: inner.reads, text: target };
      else if (redirect.operator.startsWith('<')) from = this.#from(target, inner, scope, redirect.operator);
      else if (!/^\d+$|^-$/.test(target)) writes.push(target);
      if (redirect.type === 'Redirect' && redirect.operator === '<>') writes.push(target);
    }
    for (const path of writes) {
      if (path !== PRINTED_FILE && isPath(path)) this.sheet.writes({ path: normalPath(path), by: 'redirect', sure: scope.sure });
      this.#noteHost(path);
    }
    return { input: from, writes };
  }

  /** Where a redirect goes to or comes from, and what ran to get that. */
  #target(word: Word, scope: Scope): { readonly target: string; readonly inner: Output } {
    const plain = plainValue(word);
    if (plain !== undefined) return { target: plain.slice(0, MAX_TEXT), inner: NOTHING };
    const { fields, substitutions } = expandText(word, scope, this.#run);
    return { target: fields[0] ?? '', inner: joined(substitutions.map(({ output }) => output)) };
  }

  #atMost<T>(parts: readonly T[]): readonly T[] {
    if (parts.length <= MAX_ARGV) return parts;
    this.sheet.cut();
    return parts.slice(0, MAX_ARGV);
  }

  #from(target: string, inner: Output, scope: Scope, operator: string): Output | undefined {
    if (target === PRINTED_FILE) return { ...inner, text: undefined };
    if (operator === '<&' && /^\d+$|^-$/.test(target)) return undefined;
    if (isPath(target)) this.sheet.reads({ path: normalPath(target), by: 'redirect', sure: scope.sure });
    this.#noteHost(target);
    return { names: [], reads: [normalPath(target)], text: undefined };
  }

  #noteHost(target: string): void {
    const host = hostOf(target);
    if (host !== undefined) this.sheet.host({ host, by: 'redirect' });
  }

  /** What goes to a socket goes to another machine. */
  #sockets({ names, reads }: Output, { writes }: Redirects): void {
    if (writes.length > 0 && writes.some((path) => /^\/dev\/(?:tcp|udp)\//.test(path))) {
      this.sheet.flow({ kind: 'gets', from: names, reads, into: '/dev/tcp', sure: true });
    }
  }

  /** What is written to a file is not printed. */
  #written(output: Output, writes: readonly string[]): Output {
    return writes.length > 0 && writes.some((path) => !path.startsWith('/dev/std')) ? { ...output, text: '' } : output;
  }
}

/** What stands in such a word runs, wherever the word stands. */
const SUBSTITUTES = /[$<>]\(|`/;

const NO_WRITES: readonly string[] = [];

interface Redirects {
  readonly input: Output | undefined;
  readonly writes: readonly string[];
}
