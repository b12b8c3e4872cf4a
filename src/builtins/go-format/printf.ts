import type { Meter } from '../builtin.js';
import { digitsWork } from '../rational.js';
import { checkTextLength } from '../text-limit.js';
import { newDirective } from './directive.js';
import type { Directive } from './directive.js';
import { goTypeName } from './go-value.js';
import type { GoValue } from './go-value.js';
import { formatValue } from './value-format.js';

/** Go refuses a width or precision beyond this. */
const MAX_SIZE = 1_000_000;

const FLAGS: Readonly<Record<string, 'minus' | 'plus' | 'sharp' | 'space' | 'zero'>> = {
  '-': 'minus',
  '+': 'plus',
  '#': 'sharp',
  ' ': 'space',
  '0': 'zero',
};

/** Formats as Go's fmt.Sprintf does, with Go's texts for what does not fit (`%!d(string=x)`, `%!(EXTRA int64=1)`). */
export function sprintf(format: string, args: readonly GoValue[], meter: Meter): string {
  return new Printer(format, args, meter).print();
}

/** One run over a format; a direct restatement of Go's rules, as each of them shows in some output. */
class Printer {
  readonly #format: readonly string[];
  readonly #args: readonly GoValue[];
  readonly #meter: Meter;
  #at = 0;
  #argument = 0;
  #reordered = false;
  #goodIndex = true;
  #afterIndex = false;
  #out = '';

  constructor(format: string, args: readonly GoValue[], meter: Meter) {
    this.#format = Array.from(format);
    this.#args = args;
    this.#meter = meter;
  }

  print(): string {
    while (this.#at < this.#format.length) {
      const character = this.#format[this.#at++] ?? '';
      if (character === '%') this.#directive();
      else this.#out += character;
    }
    this.#extra();
    checkTextLength(this.#out.length);
    return this.#out;
  }

  #directive(): void {
    const directive = newDirective();
    this.#goodIndex = true;
    for (;;) {
      const flag = FLAGS[this.#peek()];
      if (flag === undefined) break;
      directive[flag] = true;
      this.#at++;
    }
    this.#index();
    this.#width(directive);
    this.#precision(directive);
    if (!this.#afterIndex) this.#index();
    if (this.#at >= this.#format.length) {
      this.#out += '%!(NOVERB)';
      return;
    }
    this.#verb(this.#format[this.#at++] ?? '', directive);
  }

  #verb(verb: string, directive: Directive): void {
    if (verb === '%') {
      this.#out += '%';
    } else if (!this.#goodIndex) {
      this.#out += `%!${verb}(BADINDEX)`;
    } else if (this.#argument >= this.#args.length) {
      this.#out += `%!${verb}(MISSING)`;
    } else {
      if (verb === 'v' || verb === 'w') {
        Object.assign(directive, { sharpV: directive.sharp, sharp: false, plusV: directive.plus, plus: false });
      }
      const text = this.#formatted(this.#args[this.#argument++] ?? null, verb, directive);
      this.#out += text;
      checkTextLength(this.#out.length);
    }
  }

  #formatted(value: GoValue, verb: string, directive: Directive): string {
    if (typeof value === 'object' && value?.type === '*big.Int') this.#meter.reserve(digitsWork(value.digits));
    const text = formatValue(value, verb, directive);
    // Some verbs write what is long in less than they read.
    this.#meter.step(1 + ((text.length + (typeof value === 'string' ? value.length : 0)) >> 4));
    return text;
  }

  #width(directive: Directive): void {
    if (this.#peek() === '*') {
      this.#at++;
      const width = this.#sizeArgument();
      if (width === undefined) this.#out += '%!(BADWIDTH)';
      else if (width < 0) Object.assign(directive, { width: -width, minus: true, zero: false });
      else directive.width = width;
      this.#afterIndex = false;
      return;
    }
    directive.width = this.#number();
    if (this.#afterIndex && directive.width !== undefined) this.#goodIndex = false;
  }

  #precision(directive: Directive): void {
    // A point that ends the format is taken for the verb.
    if (this.#peek() !== '.' || this.#at + 1 >= this.#format.length) return;
    this.#at++;
    if (this.#afterIndex) this.#goodIndex = false;
    this.#index();
    if (this.#peek() === '*') {
      this.#at++;
      const precision = this.#sizeArgument();
      if (precision === undefined || precision < 0) this.#out += '%!(BADPREC)';
      else directive.precision = precision;
      this.#afterIndex = false;
      return;
    }
    directive.precision = this.#number() ?? 0;
  }

  /** `[3]`: the argument to take next. */
  #index(): void {
    this.#afterIndex = false;
    if (this.#peek() !== '[') return;
    this.#reordered = true;
    const close = this.#format.indexOf(']', this.#at + 1);
    if (this.#format.length - this.#at < 3 || close < 0) {
      this.#goodIndex = false;
      this.#at++;
      return;
    }
    const text = this.#format.slice(this.#at + 1, close).join('');
    this.#at = close + 1;
    const wellFormed = /^\d+$/.test(text) && Number(text) <= MAX_SIZE * 10 + 9;
    const index = Number(text) - 1;
    this.#afterIndex = wellFormed;
    if (wellFormed && index >= 0 && index < this.#args.length) this.#argument = index;
    else this.#goodIndex = false;
  }

  /** Digits in the format; a number beyond Go's bound swallows the rest of the format. */
  #number(): number | undefined {
    let number: number | undefined;
    while (/^[0-9]$/.test(this.#peek())) {
      if ((number ?? 0) > MAX_SIZE) {
        this.#at = this.#format.length;
        return undefined;
      }
      number = (number ?? 0) * 10 + Number(this.#format[this.#at++]);
    }
    return number;
  }

  #sizeArgument(): number | undefined {
    if (this.#argument >= this.#args.length) return undefined;
    const value = this.#args[this.#argument++];
    if (typeof value !== 'object' || value === null || (value.type !== 'int64' && value.type !== 'int')) return undefined;
    const size = Number(value.value);
    return Math.abs(size) > MAX_SIZE ? undefined : size;
  }

  #extra(): void {
    if (this.#reordered || this.#argument >= this.#args.length) return;
    const extra = this.#args
      .slice(this.#argument)
      .map((value) => (value === null ? '<nil>' : `${goTypeName(value)}=${this.#formatted(value, 'v', newDirective())}`));
    this.#out += `%!(EXTRA ${extra.join(', ')})`;
  }

  #peek(): string {
    return this.#format[this.#at] ?? '';
  }
}
