/** Microseconds that graphql-js takes for each character, measured: parsing, checking a query against a schema, making a schema. */
const PARSING = 1;
const VALIDATING = 8;
const BUILDING = 3;

/** Characters of a schema that one character of a misspelt name is compared with in a microsecond, in search of what was meant. */
const SUGGESTING = 300;

const NAME = /[A-Za-z0-9_]+/g;

/** Microseconds to take a text apart. */
export function parsingWork(text: string): number {
  return text.length * PARSING;
}

/** Microseconds to check a query. Fields of one name are compared with each other: short queries bound that too. */
export function validatingWork(query: string, schemaLength: number): number {
  const longest = (query.match(NAME) ?? []).reduce((most, { length }) => Math.max(most, length), 0);
  return query.length * VALIDATING + (longest * schemaLength) / SUGGESTING;
}

/** Microseconds to check a schema of so many characters and to make it ready. */
export function buildingWork(length: number): number {
  return length * BUILDING;
}
