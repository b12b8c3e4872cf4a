import { VALUE_KINDS } from './document.js';
import type {
  GqlArgument,
  GqlArgumentDefinition,
  GqlDefinition,
  GqlDirective,
  GqlDirectiveDefinition,
  GqlFragment,
  GqlOperation,
  GqlQueryDocument,
  GqlSelection,
  GqlType,
  GqlValue,
  GqlVariableDefinition,
} from './document.js';

/** GraphQL text of a query tree. A tree that no text stands for gives text that does not parse. */
export function printQuery({ Operations, Fragments }: GqlQueryDocument): string {
  return [...Operations.map(operation), ...Fragments.map(fragment)].join('\n');
}

/** GraphQL text of a type, as far as queries are checked against it: without descriptions and directives but `@oneOf`. */
export function printDefinition({ Kind, Name, Interfaces, Fields, Types, EnumValues, Directives }: GqlDefinition): string {
  const implemented = Interfaces.length === 0 ? '' : ` implements ${Interfaces.join(' & ')}`;
  const fields = (withArguments: boolean): string => {
    const lines = Fields.map((field) => {
      const list = withArguments ? parameters(field.Arguments) : '';
      return `${field.Name}${list}: ${printType(field.Type)}${withArguments ? '' : defaultOf(field.DefaultValue)}`;
    });
    return block(lines);
  };
  switch (Kind) {
    case 'SCALAR':
      return `scalar ${Name}`;
    case 'OBJECT':
      return `type ${Name}${implemented}${fields(true)}`;
    case 'INTERFACE':
      return `interface ${Name}${implemented}${fields(true)}`;
    case 'UNION':
      return `union ${Name}${Types.length === 0 ? '' : ` = ${Types.join(' | ')}`}`;
    case 'ENUM':
      return `enum ${Name}${block(EnumValues.map((value) => value.Name))}`;
    case 'INPUT_OBJECT':
      return `input ${Name}${Directives.some((directive) => directive.Name === 'oneOf') ? ' @oneOf' : ''}${fields(false)}`;
  }
}

/** GraphQL text of a directive definition. */
export function printDirectiveDefinition({ Name, Arguments, Locations, IsRepeatable }: GqlDirectiveDefinition): string {
  return `directive @${Name}${parameters(Arguments)}${IsRepeatable ? ' repeatable' : ''} on ${Locations.join(' | ')}`;
}

export function printType({ NamedType, Elem, NonNull }: GqlType): string {
  return (Elem === undefined ? NamedType : `[${printType(Elem)}]`) + (NonNull ? '!' : '');
}

function operation(node: GqlOperation): string {
  const head = `${node.Operation === '' ? 'query' : node.Operation} ${node.Name}`;
  return head + variables(node.VariableDefinitions) + directives(node.Directives) + selectionSet(node.SelectionSet);
}

function fragment(node: GqlFragment): string {
  const head = `fragment ${node.Name}${variables(node.VariableDefinition)} on ${node.TypeCondition}`;
  return head + directives(node.Directives) + selectionSet(node.SelectionSet);
}

function variables(list: readonly GqlVariableDefinition[]): string {
  if (list.length === 0) return '';
  const texts = list.map((node) => {
    return `$${node.Variable}: ${printType(node.Type)}${defaultOf(node.DefaultValue)}${directives(node.Directives)}`;
  });
  return `(${texts.join(', ')})`;
}

function selectionSet(selections: readonly GqlSelection[]): string {
  return block(selections.map(selection));
}

function selection(node: GqlSelection): string {
  if ('TypeCondition' in node) {
    const condition = node.TypeCondition === '' ? '' : ` on ${node.TypeCondition}`;
    return `...${condition}${directives(node.Directives)}${selectionSet(node.SelectionSet)}`;
  }
  if (!('Alias' in node)) return `...${node.Name}${directives(node.Directives)}`;
  const alias = node.Alias === '' || node.Alias === node.Name ? '' : `${node.Alias}: `;
  const nested = node.SelectionSet.length === 0 ? '' : selectionSet(node.SelectionSet);
  return `${alias}${node.Name}${args(node.Arguments)}${directives(node.Directives)}${nested}`;
}

function directives(list: readonly GqlDirective[]): string {
  return list.map((node) => ` @${node.Name}${args(node.Arguments)}`).join('');
}

function args(list: readonly GqlArgument[]): string {
  return list.length === 0 ? '' : `(${list.map((node) => `${node.Name}: ${printValue(node.Value)}`).join(', ')})`;
}

function parameters(list: readonly GqlArgumentDefinition[]): string {
  const texts = list.map((node) => `${node.Name}: ${printType(node.Type)}${defaultOf(node.DefaultValue)}`);
  return list.length === 0 ? '' : `(${texts.join(', ')})`;
}

function defaultOf(value: GqlValue | undefined): string {
  return value === undefined ? '' : ` = ${printValue(value)}`;
}

function printValue(value: GqlValue): string {
  switch (value.Kind) {
    case VALUE_KINDS.variable:
      return `$${value.Raw}`;
    case VALUE_KINDS.string:
    case VALUE_KINDS.block:
      return JSON.stringify(value.Raw);
    case VALUE_KINDS.list:
      return `[${value.Children.map((child) => printValue(child.Value)).join(', ')}]`;
    case VALUE_KINDS.object:
      return `{${value.Children.map((child) => `${child.Name}: ${printValue(child.Value)}`).join(', ')}}`;
    default:
      return value.Raw;
  }
}

function block(lines: readonly string[]): string {
  return ` {\n${lines.join('\n')}\n}`;
}
