import { buildASTSchema, getNamedType, GraphQLError, isScalarType, parse, specifiedRules, validate, visit } from 'graphql';
import type { ASTVisitor, DocumentNode, GraphQLSchema, ValidationContext } from 'graphql';
import { GatewayError } from '../../errors.js';
import { BuiltinError } from '../builtin.js';
import { printDefinition, printDirectiveDefinition } from './print.js';
import type { GqlSchema } from './schema.js';

/** What graphql-js says instead of a mistake when fields would have to be compared half a million times. */
const GAVE_UP = 'Validation aborted.';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

const SCALARS = new Set(['Int', 'Float', 'String', 'Boolean', 'ID']);

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

/**
 * The query with every integer that fits int64 but not GraphQL's 32 bits replaced by one that does: Go takes them, graphql-js
 * does not, and only which literals are equal matters to the other rules.
 */
function narrowIntegers(query: DocumentNode): DocumentNode {
  const narrowed = new Map<string, string>();
  return visit(query, {
    IntValue(node) {
      if (Math.abs(Number(node.value)) < 2 ** 31 || !isInt64(node.value)) return undefined;
      const value = narrowed.get(node.value) ?? String(2 ** 31 - 1 - narrowed.size);
      narrowed.set(node.value, value);
      return { ...node, value };
    },
  });
}

/** Validates by the rules of the GraphQL specification. Throws BuiltinError with the first mistake. */
export function validateQuery(schema: GraphQLSchema, query: DocumentNode): void {
  const [first] = validate(schema, narrowIntegers(query), [...specifiedRules, goNumbersRule, knownRootTypeRule], { maxErrors: 1 });
  if (first?.message === GAVE_UP)
    throw new GatewayError('evaluation_timeout', 'The query has too many fields of one name to compare them all');
  if (first !== undefined) throw new BuiltinError(`${first.message} in GraphQL string`, { cause: first });
}

/** An operation needs a root type in the schema; graphql-js leaves that to execution. */
function knownRootTypeRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation) == null) {
        context.reportError(new GraphQLError(`Schema does not support operation type "${node.operation}"`, { nodes: node }));
      }
    },
  };
}

function isInt64(text: string): boolean {
  if (text.length > 20) return false;
  const value = BigInt(text);
  return value >= INT64_MIN && value <= INT64_MAX;
}

/** Literals that do not fit Go's int64 and float64 are refused wherever a value is looked at, which custom scalars are not. */
function goNumbersRule(context: ValidationContext): ASTVisitor {
  const isChecked = (): boolean => {
    const name = getNamedType(context.getInputType())?.name;
    return name !== undefined && (SCALARS.has(name) || !isScalarType(context.getSchema().getType(name)));
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
}
