import type { Step } from '../../value/step.js';
import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import { BuiltinError } from '../builtin.js';
import type { BuiltinContext, BuiltinGroup } from '../builtin.js';
import type { GoValue } from '../go-format/go-value.js';
import { isNumber, numberText } from '../numeric.js';
import { isArray, objectOperand, stringOperand } from '../operands.js';
import { keyText, termText } from '../term-text.js';
import { executeTemplate } from './execute.js';
import { parseTemplate } from './parse.js';

function renderTemplate(context: BuiltinContext, template: RegoValue = null, variables: RegoValue = null): RegoValue {
  const text = stringOperand(template, 1);
  const data = objectOperand(variables, 2);
  checkIsJson(data, context.step);
  const rendered = executeTemplate(parseTemplate(text, context.step), toGo(data), context);
  return rendered.replaceAll('<no value>', '<undefined>');
}

/** OPA hands the data over as the text of the value, which for sets, keys of other types and some characters is no JSON. */
function checkIsJson(data: RegoObject, step: Step): void {
  try {
    JSON.parse(termText(data, step));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new BuiltinError(`invalid template data: ${cause.message}`, { cause });
    throw cause;
  }
}

function toGo(value: RegoValue): GoValue {
  if (isNumber(value)) return { type: 'json.Number', text: numberText(value) };
  if (isArray(value)) return { type: '[]interface {}', items: value.map(toGo) };
  if (value instanceof RegoObject) {
    return { type: 'map[string]interface {}', entries: value.entries.map(([key, item]) => [keyText(key), toGo(item)]) };
  }
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

export const templateBuiltins: BuiltinGroup = { 'strings.render_template': renderTemplate };
