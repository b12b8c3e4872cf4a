import { buildASTSchema, GraphQLError, isScalarType, isSpecifiedScalarType, getNamedType, Kind, parse, specifiedRules, validate, ValuesOfCorrectTypeRule } from 'graphql';
import type { DocumentNode, GraphQLSchema, ValidationContext, ValidationRule } from 'graphql';
import { BuiltinError } from '../builtin.js';
import { printDefinition, printDirectiveDefinition } from './print.js';
import type { GqlSchema } from './schema.js';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** graphql-js knows these by itself. */
const SPECIFIED_DIRECTIVES = new Set(['include', 'skip', 'deprecated', 'specifiedBy', 'oneOf']);

/** The checked schema as graphql-js wants it. */
export function buildSchema(schema: GqlSchema): GraphQLSchema {
  const types = [...schema.types.values()].filter((type) => !type.BuiltIn);
  const directives = [...schema.directives.values()].filter((directive) => !SPECIFIED_DIRECTIVES.has(directive.Name));
  const roots = [...schema.roots].map(([operation, type]) => `${operation}: ${type}`);
  const text = [
    ...(roots.length === 0 ? [] : [`schema { ${roots.join('\n')} }`]),
    ...types.map(printDefinition),
    ...directives.map(printDirectiveDefinition),
  ].join('\n');
  return buildASTSchema(parse(text, { noLocation: true }), { assumeValid: true, assumeValidSDL: true });
}

/** Validates by the rules of the GraphQL specification. Throws BuiltinError with the first mistake. */
export function validateQuery(schema: GraphQLSchema, query: DocumentNode): void {
  const [first] = validate(schema, query, RULES, { maxErrors: 1 });
  if (first !== undefined) throw new BuiltinError(`${first.message} in GraphQL string`, { cause: first });
}

/** An operation needs a root type in the schema; graphql-js leaves that to execution. */
const KnownRootTypeRule: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (context.getSchema().getRootType(node.operation) == null) {
      context.reportError(new GraphQLError(`Schema does not support operation type "${node.operation}"`, { nodes: node }));
    }
  },
});

/** Numbers are int64 and float64 here: graphql-js would refuse an Int beyond 32 bits, and take a Float of any size. */
const GoValuesOfCorrectTypeRule: ValidationRule = (context) => {
  const lenient = Object.create(context, {
    reportError: {
      value: (error: GraphQLError) => {
        const node = error.nodes?.[0];
        if (node?.kind !== Kind.INT || !expectsInt(context) || !isInt64(node.value)) context.reportError(error);
      },
    },
  }) as ValidationContext;
  return ValuesOfCorrectTypeRule(lenient);
};

function expectsInt(context: ValidationContext): boolean {
  return getNamedType(context.getInputType())?.name === 'Int';
}

function isInt64(text: string): boolean {
  const value = BigInt(text);
  return value >= INT64_MIN && value <= INT64_MAX;
}

/** Literals that do not fit Go's int64 and float64 are refused wherever a value is looked at, which custom scalars are not. */
const GoNumbersRule: ValidationRule = (context) => {
  const isChecked = (): boolean => {
    const type = getNamedType(context.getInputType());
    return type != null && !(isScalarType(type) && !isSpecifiedScalarType(type));
  };
  return {
    IntValue(node) {
      if (isChecked() && !isInt64(node.value)) context.reportError(new GraphQLError(`Int cannot represent ${node.value}`, { nodes: node }));
    },
    FloatValue(node) {
      if (isChecked() && !Number.isFinite(Number(node.value))) {
        context.reportError(new GraphQLError(`Float cannot represent ${node.value}`, { nodes: node }));
      }
    },
  };
};

const RULES: readonly ValidationRule[] = [
  ...specifiedRules.filter((rule) => rule !== ValuesOfCorrectTypeRule),
  GoValuesOfCorrectTypeRule,
  GoNumbersRule,
  KnownRootTypeRule,
];
