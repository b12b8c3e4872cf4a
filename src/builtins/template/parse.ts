import type { Step } from '../../value/step.js';
import { BuiltinError } from '../builtin.js';
import { tooDeep } from '../text-limit.js';
import { isFunction } from './functions.js';
import { characterValue, numberValue, unquote } from './literals.js';
import type { Node, Operand, Pipe, Template } from './nodes.js';
import { tokenize } from './tokens.js';
import { TokenCursor, unexpected } from './token-cursor.js';
import type { Token } from './tokens.js';

const KEYWORDS = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'nil', 'range', 'template', 'with']);
const MAX_DEPTH = 500;

/** Parses a template in the language of Go's text/template; throws BuiltinError. */
export function parseTemplate(text: string, step: Step): Template {
  return new Parser(tokenize(text, step), step).template();
}

/** A definition without anything to show may be replaced. */
function isEmpty(body: readonly Node[]): boolean {
  return body.every((node) => node.kind === 'text' && node.text.trim() === '');
}

/** What ended a list of nodes. */
type Ending = 'end' | 'else';

class Parser {
  readonly #tokens: TokenCursor;
  readonly #step: Step;
  #variables: string[] = ['$'];
  #ranges = 0;
  #depth = 0;
  readonly #defined = new Map<string, readonly Node[]>();

  constructor(tokens: readonly Token[], step: Step) {
    this.#tokens = new TokenCursor(tokens);
    this.#step = step;
  }

  template(): Template {
    const root: Node[] = [];
    while (this.#tokens.peek().kind !== 'end') {
      if (this.#tokens.startsWith('define')) this.#define();
      else {
        const node = this.#node();
        if (typeof node === 'string') throw unexpected(`{{${node}}}`);
        root.push(node);
      }
    }
    return { root, defined: this.#defined };
  }

  #define(): void {
    this.#tokens.skip(2);
    const name = unquote(this.#tokens.expect('string').text);
    this.#tokens.close();
    const outer = this.#variables;
    this.#variables = ['$'];
    const [body, ending] = this.#list();
    if (ending !== 'end') throw unexpected('{{else}}');
    this.#variables = outer;
    this.#add(name, body);
  }

  #add(name: string, body: readonly Node[]): void {
    const known = this.#defined.get(name);
    if (known === undefined || isEmpty(known)) this.#defined.set(name, body);
    else if (!isEmpty(body)) throw new BuiltinError(`template: multiple definition of template "${name}"`);
  }

  #list(): [readonly Node[], Ending] {
    if (++this.#depth > MAX_DEPTH) throw tooDeep('a template');
    const nodes: Node[] = [];
    while (this.#tokens.peek().kind !== 'end') {
      const node = this.#node();
      if (typeof node !== 'string') {
        nodes.push(node);
        continue;
      }
      this.#depth--;
      return [nodes, node];
    }
    throw unexpected('EOF');
  }

  #node(): Node | Ending {
    this.#step();
    const token = this.#tokens.next();
    if (token.kind === 'text') return { kind: 'text', text: token.text };
    const word = this.#tokens.peekSolid();
    if (word.kind !== 'word' || !KEYWORDS.has(word.text) || word.text === 'nil') return { kind: 'action', pipe: this.#pipe('close') };
    this.#tokens.nextSolid();
    switch (word.text) {
      case 'if':
      case 'with':
      case 'range':
        return this.#control(word.text);
      case 'template':
        return this.#call();
      case 'block':
        return this.#block();
      case 'end':
        this.#tokens.close();
        return 'end';
      case 'else':
        // `else if` and `else with` leave their keyword to the control that they continue.
        if (!['if', 'with'].includes(this.#tokens.peekSolid().text)) this.#tokens.close();
        return 'else';
      case 'break':
      case 'continue':
        this.#tokens.close();
        if (this.#ranges === 0) throw new BuiltinError(`template: {{${word.text}}} outside {{range}}`);
        return { kind: word.text };
      default:
        throw unexpected(`{{${word.text}}}`);
    }
  }

  #control(kind: 'if' | 'with' | 'range'): Node {
    const known = this.#variables.length;
    const pipe = this.#pipe('close', kind === 'range');
    this.#ranges += kind === 'range' ? 1 : 0;
    const [body, ending] = this.#list();
    this.#ranges -= kind === 'range' ? 1 : 0;
    const otherwise = ending === 'else' ? this.#otherwise(kind) : [];
    this.#variables.length = known;
    return { kind, pipe, body, otherwise };
  }

  #otherwise(kind: string): readonly Node[] {
    const word = this.#tokens.previous()?.kind === 'close' ? undefined : this.#tokens.nextSolid().text;
    if (word !== undefined) {
      if (word !== kind || (word !== 'if' && word !== 'with')) throw unexpected(`{{else ${word}}}`);
      return [this.#control(word)];
    }
    const [nodes, ending] = this.#list();
    if (ending === 'else') throw unexpected('{{else}}');
    return nodes;
  }

  #call(): Node {
    const name = unquote(this.#tokens.expect('string').text);
    if (this.#tokens.peekSolid().kind !== 'close') return { kind: 'template', name, pipe: this.#pipe('close') };
    this.#tokens.close();
    return { kind: 'template', name, pipe: undefined };
  }

  #block(): Node {
    const name = unquote(this.#tokens.expect('string').text);
    const pipe = this.#pipe('close');
    const outer = [this.#variables, this.#ranges] as const;
    [this.#variables, this.#ranges] = [['$'], 0];
    const [body, ending] = this.#list();
    if (ending !== 'end') throw unexpected('{{else}}');
    [this.#variables, this.#ranges] = outer;
    this.#add(name, body);
    return { kind: 'template', name, pipe };
  }

  #pipe(end: 'close' | ')', isRange = false): Pipe {
    if (++this.#depth > MAX_DEPTH) throw tooDeep('a template');
    const { variables, assigns } = this.#declarations(isRange);
    const commands: (readonly Operand[])[] = [];
    for (;;) {
      const token = this.#tokens.peekSolid();
      if (end === 'close' ? token.kind === 'close' : token.text === ')') break;
      commands.push(this.#command());
    }
    this.#tokens.nextSolid();
    this.#depth--;
    if (commands.length === 0) throw new BuiltinError('template: missing value');
    const blocked = commands.slice(1).some(([first]) => first === undefined || ['constant', 'nil', 'dot'].includes(first.kind));
    if (blocked) throw new BuiltinError('template: non executable command in pipeline');
    return { variables, assigns, commands };
  }

  #declarations(isRange: boolean): { variables: readonly string[]; assigns: boolean } {
    const variables: string[] = [];
    const start = this.#tokens.at;
    while (this.#tokens.peekSolid().kind === 'variable') {
      const name = this.#tokens.nextSolid().text;
      const after = this.#tokens.peekSolid().text;
      if (after === ':=' || after === '=') {
        this.#tokens.nextSolid();
        variables.push(name);
        this.#variables.push(...variables);
        return { variables, assigns: after === '=' };
      }
      if (after !== ',') break;
      if (!isRange || variables.length > 0) throw new BuiltinError('template: too many declarations');
      this.#tokens.nextSolid();
      variables.push(name);
    }
    if (variables.length > 0) throw new BuiltinError('template: range can only initialize variables');
    this.#tokens.at = start;
    return { variables, assigns: false };
  }

  #command(): readonly Operand[] {
    const operands: Operand[] = [];
    for (;;) {
      const operand = this.#operand();
      if (operand !== undefined) operands.push(operand);
      const token = this.#tokens.peek();
      if (token.kind === 'space') {
        this.#tokens.next();
        continue;
      }
      if (token.text === '|') this.#tokens.next();
      else if (token.kind !== 'close' && token.text !== ')') throw unexpected(token.text);
      break;
    }
    if (operands.length === 0) throw new BuiltinError('template: empty command');
    return operands;
  }

  #operand(): Operand | undefined {
    const base = this.#term();
    const path: string[] = [];
    while (base !== undefined && this.#tokens.peek().kind === 'field') path.push(this.#tokens.next().text.slice(1));
    if (base === undefined || path.length === 0) return base;
    if (base.kind === 'field' || base.kind === 'variable') return { ...base, path: [...base.path, ...path] };
    if (base.kind === 'constant' || base.kind === 'nil' || base.kind === 'dot') throw new BuiltinError('template: unexpected . after term');
    return { kind: 'chain', base, path };
  }

  #term(): Operand | undefined {
    const token = this.#tokens.peekSolid();
    switch (token.kind) {
      case 'word':
        this.#tokens.nextSolid();
        return this.#word(token.text);
      case 'field':
        return { kind: 'field', path: [this.#tokens.nextSolid().text.slice(1)] };
      case 'variable':
        this.#tokens.nextSolid();
        this.#step(1 + (this.#variables.length >> 3));
        if (!this.#variables.includes(token.text)) throw new BuiltinError(`template: undefined variable "${token.text}"`);
        return { kind: 'variable', name: token.text, path: [] };
      case 'number':
        return { kind: 'constant', value: numberValue(this.#tokens.nextSolid().text) };
      case 'character':
        return { kind: 'constant', value: characterValue(this.#tokens.nextSolid().text) };
      case 'string':
        return { kind: 'constant', value: unquote(this.#tokens.nextSolid().text) };
      case 'dot':
        this.#tokens.nextSolid();
        return { kind: 'dot' };
      default:
        if (token.text !== '(') return undefined;
        this.#tokens.nextSolid();
        return { kind: 'pipe', pipe: this.#pipe(')') };
    }
  }

  #word(word: string): Operand {
    if (word === 'true' || word === 'false') return { kind: 'constant', value: word === 'true' };
    if (word === 'nil') return { kind: 'nil' };
    if (KEYWORDS.has(word)) throw unexpected(`<${word}>`);
    if (!isFunction(word)) throw new BuiltinError(`template: function "${word}" not defined`);
    return { kind: 'function', name: word };
  }
}
