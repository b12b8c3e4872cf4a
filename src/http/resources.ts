import type { Handler, Resource } from './exchange.js';
import { plain } from './replies.js';

/** What unknown paths count as in metrics. */
export const UNMATCHED = 'unmatched';

/** The handler for a method of a resource; HEAD is answered as GET is, and a method that it does not know gets 405. */
export function handlerFor({ methods }: Resource, method: string): Handler {
  const asked = method === 'HEAD' ? 'GET' : method;
  return Object.hasOwn(methods, asked) ? (methods[asked] ?? methodNotAllowed(methods)) : methodNotAllowed(methods);
}

function methodNotAllowed(methods: Resource['methods']): Handler {
  const allowed = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return () => plain(405, 'method not allowed', { Allow: allowed.sort().join(', ') });
}

export const notFound: Handler = () => plain(404, '404 page not found');

/** Finds the resource that serves a path among those that have hot methods: exact paths first, then the longest root above it. */
export function createHotTable(resources: readonly Resource[]): (path: string, method: string) => Resource | undefined {
  const hot = resources.filter(({ hot: methods }) => methods !== undefined && methods.length > 0);
  const exact = new Map(hot.map((resource) => [resource.path, resource]));
  const roots = hot.filter(({ below }) => below === true).sort((a, b) => b.path.length - a.path.length);
  return (path, method) => {
    const found = exact.get(path) ?? roots.find((root) => path.startsWith(root.path) && path[root.path.length] === '/');
    return found?.hot?.includes(method) === true ? found : undefined;
  };
}
