import { Kind } from 'graphql';
import type { ArgumentNode, DirectiveNode, TypeNode, ValueNode, VariableDefinitionNode } from 'graphql';
import { VALUE_KINDS } from './document.js';
import type { GqlArgument, GqlChildValue, GqlDirective, GqlType, GqlValue, GqlVariableDefinition } from './document.js';
import { commentsOf, stringText } from './source.js';

/** Parts that queries and schemas share, from graphql-js's nodes to gqlparser's. */
export function convertType(node: TypeNode, nonNull = false): GqlType {
  switch (node.kind) {
    case Kind.NON_NULL_TYPE:
      return convertType(node.type, true);
    case Kind.LIST_TYPE:
      return { NamedType: '', Elem: convertType(node.type), NonNull: nonNull };
    case Kind.NAMED_TYPE:
      return { NamedType: node.name.value, NonNull: nonNull };
  }
}

export function convertValue(node: ValueNode): GqlValue {
  switch (node.kind) {
    case Kind.VARIABLE:
      return leaf(VALUE_KINDS.variable, node.name.value);
    case Kind.INT:
      return leaf(VALUE_KINDS.int, node.value);
    case Kind.FLOAT:
      return leaf(VALUE_KINDS.float, node.value);
    case Kind.STRING:
      return leaf(node.block === true ? VALUE_KINDS.block : VALUE_KINDS.string, stringText(node));
    case Kind.BOOLEAN:
      return leaf(VALUE_KINDS.boolean, String(node.value));
    case Kind.NULL:
      return leaf(VALUE_KINDS.null, 'null');
    case Kind.ENUM:
      return leaf(VALUE_KINDS.enum, node.value);
    case Kind.LIST: {
      const Children = node.values.map((value): GqlChildValue => ({ Name: '', Value: convertValue(value) }));
      return { ...leaf(VALUE_KINDS.list, ''), Children, Comment: commentsOf(node) };
    }
    case Kind.OBJECT: {
      const Children = node.fields.map((field): GqlChildValue => {
        return { Name: field.name.value, Value: convertValue(field.value), Comment: commentsOf(field) };
      });
      return { ...leaf(VALUE_KINDS.object, ''), Children, Comment: commentsOf(node) };
    }
  }
}

export function convertArgument(node: ArgumentNode): GqlArgument {
  return { Name: node.name.value, Value: convertValue(node.value), Comment: commentsOf(node) };
}

export function convertDirectives(nodes: readonly DirectiveNode[] | undefined): readonly GqlDirective[] {
  return (nodes ?? []).map((node) => ({ Name: node.name.value, Arguments: (node.arguments ?? []).map(convertArgument), Location: '' }));
}

export function convertVariable(node: VariableDefinitionNode): GqlVariableDefinition {
  return {
    Variable: node.variable.name.value,
    Type: convertType(node.type),
    DefaultValue: node.defaultValue === undefined ? undefined : convertValue(node.defaultValue),
    Directives: convertDirectives(node.directives),
    Comment: commentsOf(node),
    Used: false,
  };
}

function leaf(Kind: number, Raw: string): GqlValue {
  return { Raw, Children: [], Kind, ExpectedTypeHasDefault: false };
}
