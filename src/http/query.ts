/** All values of one parameter of a raw query. */
export function parameter(query: string, name: string): readonly string[] {
  return query === '' ? [] : new URLSearchParams(query).getAll(name);
}

/** The names of all parameters of a raw query. */
export function names(query: string): readonly string[] {
  return query === '' ? [] : [...new URLSearchParams(query).keys()];
}

/** A switch in a query: on when it stands alone or any of its values is `true`. */
export function hasFlag(query: string, name: string): boolean {
  const values = parameter(query, name);
  return (values.length === 1 && values[0] === '') || values.some((value) => value.toLowerCase() === 'true');
}
