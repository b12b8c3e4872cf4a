import { Kind, TokenKind } from 'graphql';
import type { DefinitionNode, DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionNode } from 'graphql';
import { BuiltinError } from '../builtin.js';
import { convertArgument, convertDirectives, convertVariable } from './convert-parts.js';
import type { GqlFragment, GqlOperation, GqlQueryDocument, GqlSelection } from './document.js';
import { commentsOf } from './source.js';

/** gqlparser's tree of a query text. Throws BuiltinError for a definition that belongs in a schema. */
export function convertQuery(node: DocumentNode | undefined): GqlQueryDocument {
  const definitions = node?.definitions ?? [];
  definitions.forEach(refuseSchema);
  return {
    Operations: definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION).map(operation),
    Fragments: definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION).map(fragment),
  };
}

function refuseSchema(node: DefinitionNode): void {
  const executable = node.kind === Kind.OPERATION_DEFINITION || node.kind === Kind.FRAGMENT_DEFINITION;
  // Newer GraphQL lets operations carry a description, gqlparser does not.
  const { description } = node as { readonly description?: unknown };
  if (!executable || description !== undefined) throw new BuiltinError(`GraphQL parse error: unexpected ${node.kind} in a query`);
}

function operation(node: OperationDefinitionNode): GqlOperation {
  return {
    Operation: node.operation,
    Name: node.name?.value ?? '',
    VariableDefinitions: (node.variableDefinitions ?? []).map(convertVariable),
    Directives: convertDirectives(node.directives),
    SelectionSet: node.selectionSet.selections.map(selection),
    // gqlparser loses the comment before an operation that is only a selection set.
    Comment: node.loc?.startToken.kind === TokenKind.BRACE_L ? undefined : commentsOf(node),
  };
}

function fragment(node: FragmentDefinitionNode): GqlFragment {
  // Fragment variables never became part of the language; graphql-js keeps them for those who ask.
  const { variableDefinitions = [] } = node as Pick<OperationDefinitionNode, 'variableDefinitions'>;
  return {
    Name: node.name.value,
    VariableDefinition: variableDefinitions.map(convertVariable),
    TypeCondition: node.typeCondition.name.value,
    Directives: convertDirectives(node.directives),
    SelectionSet: node.selectionSet.selections.map(selection),
    Comment: commentsOf(node),
  };
}

function selection(node: SelectionNode): GqlSelection {
  const common = { Directives: convertDirectives(node.directives), Comment: commentsOf(node) };
  switch (node.kind) {
    case Kind.FIELD:
      return {
        ...common,
        Alias: node.alias?.value ?? node.name.value,
        Name: node.name.value,
        Arguments: (node.arguments ?? []).map(convertArgument),
        SelectionSet: (node.selectionSet?.selections ?? []).map(selection),
      };
    case Kind.FRAGMENT_SPREAD:
      return { ...common, Name: node.name.value };
    case Kind.INLINE_FRAGMENT:
      return { ...common, TypeCondition: node.typeCondition?.name.value ?? '', SelectionSet: node.selectionSet.selections.map(selection) };
  }
}
