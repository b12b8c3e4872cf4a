import { RegoObject } from '../../value/value.js';
import type { RegoValue } from '../../value/value.js';
import type { GqlQueryDocument, GqlSchemaDocument } from './document.js';

/** A tree as OPA gives it to policies: without nulls and without collections that are empty. */
export function treeToRego(tree: GqlQueryDocument | GqlSchemaDocument): RegoValue {
  return prune(tree) ?? RegoObject.of([]);
}

function prune(node: unknown): RegoValue | undefined {
  if (Array.isArray(node)) {
    const items = node.map(prune).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (typeof node === 'object' && node !== null) {
    const entries = Object.entries(node).flatMap(([name, value]) => {
      const kept = prune(value);
      return kept === undefined ? [] : [[name, kept] as const];
    });
    return entries.length === 0 ? undefined : RegoObject.of(entries);
  }
  return typeof node === 'string' || typeof node === 'number' || typeof node === 'boolean' ? node : undefined;
}
