/**
 * The syntax trees that OPA's graphql functions hand out and take: the shape of its Go library gqlparser, with its field
 * names. Fields that are always null there are left out here, for OPA prunes nulls and empty collections anyway.
 */
export interface GqlComments {
  readonly List: readonly { readonly Value: string }[];
}

export interface GqlType {
  /** '' for a list. */
  readonly NamedType: string;
  readonly Elem?: GqlType | undefined;
  readonly NonNull: boolean;
}

/** Kinds of values by gqlparser's numbers. */
export const VALUE_KINDS = {
  variable: 0,
  int: 1,
  float: 2,
  string: 3,
  block: 4,
  boolean: 5,
  null: 6,
  enum: 7,
  list: 8,
  object: 9,
} as const;

export interface GqlValue {
  readonly Raw: string;
  readonly Children: readonly GqlChildValue[];
  readonly Kind: number;
  readonly Comment?: GqlComments | undefined;
  readonly ExpectedTypeHasDefault: boolean;
}

export interface GqlChildValue {
  /** '' in a list. */
  readonly Name: string;
  readonly Value: GqlValue;
  readonly Comment?: GqlComments | undefined;
}

export interface GqlArgument {
  readonly Name: string;
  readonly Value: GqlValue;
  readonly Comment?: GqlComments | undefined;
}

export interface GqlDirective {
  readonly Name: string;
  readonly Arguments: readonly GqlArgument[];
  /** Filled by validation only, so always ''. */
  readonly Location: string;
}

export interface GqlVariableDefinition {
  readonly Variable: string;
  readonly Type: GqlType;
  readonly DefaultValue?: GqlValue | undefined;
  readonly Directives: readonly GqlDirective[];
  readonly Comment?: GqlComments | undefined;
  readonly Used: boolean;
}

export interface GqlField {
  readonly Alias: string;
  readonly Name: string;
  readonly Arguments: readonly GqlArgument[];
  readonly Directives: readonly GqlDirective[];
  readonly SelectionSet: readonly GqlSelection[];
  readonly Comment?: GqlComments | undefined;
}

export interface GqlFragmentSpread {
  readonly Name: string;
  readonly Directives: readonly GqlDirective[];
  readonly Comment?: GqlComments | undefined;
}

export interface GqlInlineFragment {
  readonly TypeCondition: string;
  readonly Directives: readonly GqlDirective[];
  readonly SelectionSet: readonly GqlSelection[];
  readonly Comment?: GqlComments | undefined;
}

export type GqlSelection = GqlField | GqlFragmentSpread | GqlInlineFragment;

export interface GqlOperation {
  readonly Operation: string;
  readonly Name: string;
  readonly VariableDefinitions: readonly GqlVariableDefinition[];
  readonly Directives: readonly GqlDirective[];
  readonly SelectionSet: readonly GqlSelection[];
  readonly Comment?: GqlComments | undefined;
}

export interface GqlFragment {
  readonly Name: string;
  readonly VariableDefinition: readonly GqlVariableDefinition[];
  readonly TypeCondition: string;
  readonly Directives: readonly GqlDirective[];
  readonly SelectionSet: readonly GqlSelection[];
  readonly Comment?: GqlComments | undefined;
}

export interface GqlQueryDocument {
  readonly Operations: readonly GqlOperation[];
  readonly Fragments: readonly GqlFragment[];
}

/** The comments around a description, and at the end of a block. */
export interface GqlComment {
  readonly BeforeDescriptionComment?: GqlComments | undefined;
  readonly AfterDescriptionComment?: GqlComments | undefined;
  readonly EndOfDefinitionComment?: GqlComments | undefined;
}

export interface GqlArgumentDefinition extends GqlComment {
  readonly Description: string;
  readonly Name: string;
  readonly DefaultValue?: GqlValue | undefined;
  readonly Type: GqlType;
  readonly Directives: readonly GqlDirective[];
}

export interface GqlFieldDefinition extends GqlArgumentDefinition {
  readonly Arguments: readonly GqlArgumentDefinition[];
}

export interface GqlEnumValue extends GqlComment {
  readonly Description: string;
  readonly Name: string;
  readonly Directives: readonly GqlDirective[];
}

export type GqlKind = 'SCALAR' | 'OBJECT' | 'INTERFACE' | 'UNION' | 'ENUM' | 'INPUT_OBJECT';

export interface GqlDefinition extends GqlComment {
  readonly Kind: GqlKind;
  readonly Description: string;
  readonly Name: string;
  readonly Directives: readonly GqlDirective[];
  readonly Interfaces: readonly string[];
  readonly Fields: readonly GqlFieldDefinition[];
  /** Members of a union. */
  readonly Types: readonly string[];
  readonly EnumValues: readonly GqlEnumValue[];
  readonly BuiltIn: boolean;
}

export interface GqlDirectiveDefinition extends GqlComment {
  readonly Description: string;
  readonly Name: string;
  readonly Arguments: readonly GqlArgumentDefinition[];
  readonly Locations: readonly string[];
  readonly IsRepeatable: boolean;
}

export interface GqlOperationType {
  readonly Operation: string;
  readonly Type: string;
  readonly Comment?: GqlComments | undefined;
}

export interface GqlSchemaDefinition extends GqlComment {
  readonly Description: string;
  readonly Directives: readonly GqlDirective[];
  readonly OperationTypes: readonly GqlOperationType[];
}

export interface GqlSchemaDocument {
  readonly Schema: readonly GqlSchemaDefinition[];
  readonly SchemaExtension: readonly GqlSchemaDefinition[];
  readonly Directives: readonly GqlDirectiveDefinition[];
  readonly Definitions: readonly GqlDefinition[];
  readonly Extensions: readonly GqlDefinition[];
  readonly Comment?: GqlComments | undefined;
}

/** The name at the core of a type. */
export function namedType(type: GqlType): string {
  return type.Elem === undefined ? type.NamedType : namedType(type.Elem);
}
